#include "model/encoder_config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "model/architecture.hpp"
#include "model/bounded_size.hpp"

namespace akidb::embedding::model {
namespace {

using base::JsonValue;

struct NamedActivation {
  std::string_view name;
  Activation activation;
};

constexpr std::array kActivations = {
    NamedActivation{"gelu", Activation::gelu},
    NamedActivation{"gelu_new", Activation::gelu_tanh},
    NamedActivation{"gelu_pytorch_tanh", Activation::gelu_tanh},
    NamedActivation{"gelu_fast", Activation::gelu_tanh},
    NamedActivation{"relu", Activation::relu},
    NamedActivation{"silu", Activation::silu},
    NamedActivation{"swish", Activation::silu},
    NamedActivation{"swiglu", Activation::silu},
    NamedActivation{"geglu", Activation::gelu},
};

// Far above every model, and low enough that the product of two sizes fits into 64 bits.
constexpr Bounds kHidden{1, 65'536};
constexpr Bounds kLayers{1, 1'024};
constexpr Bounds kHeads{1, 1'024};
constexpr Bounds kIntermediate{1, 1'048'576};
constexpr Bounds kVocabulary{1, 16'777'216};
constexpr Bounds kPositions{1, 1'048'576};
constexpr Bounds kTypes{1, 65'536};
constexpr Bounds kBuckets{4, 4'096};
constexpr Bounds kWindow{2, 1'048'576};
constexpr Bounds kPadding{0, 16'777'215};

// The fewest digits: 1e+300 has 301 of them otherwise.
std::string shown(double value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

// A member, "a.b" that of a member; nothing where there is none on the way.
std::optional<JsonValue> find_path(const JsonValue& root, std::string_view path) {
  if (path.empty()) return std::nullopt;
  const auto dot = path.find('.');
  const auto member = root.find(path.substr(0, dot));
  if (!member || dot == std::string_view::npos) return member;
  return find_path(*member, path.substr(dot + 1));
}

Result<void> read_size(const JsonValue& root, std::string_view key, Bounds bounds, std::uint32_t& size) {
  if (key.empty()) return {};
  const auto field = root.at(key);
  if (!field) return field.error();
  const auto value = bounded_size(*field, bounds);
  if (!value) return value.error();
  size = *value;
  return {};
}

// Leaves `size` as it is where the field is absent.
Result<void> read_optional_size(const JsonValue& root, std::string_view key, Bounds bounds, std::uint32_t& size) {
  const auto field = find_path(root, key);
  if (!field) return {};
  const auto value = bounded_size(*field, bounds);
  if (!value) return value.error();
  size = *value;
  return {};
}

Result<void> read_sizes(const JsonValue& root, const ConfigKeys& keys, EncoderConfig& config) {
  struct Field {
    std::string_view key;
    Bounds bounds;
    std::uint32_t& size;
  };
  for (const auto& field : {
           Field{keys.hidden_size, kHidden, config.hidden_size},
           Field{keys.layers, kLayers, config.layers},
           Field{keys.heads, kHeads, config.heads},
           Field{keys.intermediate_size, kIntermediate, config.intermediate_size},
           Field{keys.vocab_size, kVocabulary, config.vocab_size},
           Field{keys.max_positions, kPositions, config.max_positions},
           Field{keys.type_vocab_size, kTypes, config.type_vocab_size},
           Field{keys.relative_buckets, kBuckets, config.relative_buckets},
       }) {
    if (auto outcome = read_size(root, field.key, field.bounds, field.size); !outcome) return outcome;
  }
  if (config.hidden_size % config.heads != 0) {
    return root.corrupt(std::string(keys.hidden_size) + ": expected a multiple of the " + std::to_string(config.heads) +
                        " heads, found " + std::to_string(config.hidden_size));
  }
  return {};
}

Result<double> read_epsilon(const JsonValue& root, std::string_view key, double fallback) {
  if (key.empty()) return fallback;
  auto epsilon = root.double_or(key, fallback);
  if (epsilon && !(*epsilon > 0 && *epsilon < 1)) {
    return root.corrupt(std::string(key) + ": expected a number between 0 and 1, found " + shown(*epsilon));
  }
  return epsilon;
}

Result<Activation> read_activation(const JsonValue& root, std::string_view key, std::string_view fallback) {
  const auto name = root.string_or(key, fallback);
  if (!name) return name.error();
  const auto* const known = std::find_if(kActivations.begin(), kActivations.end(),
                                         [&](const NamedActivation& row) { return row.name == *name; });
  if (known == kActivations.end()) return root.unsupported(std::string(key) + ": unknown activation \"" + *name + "\"");
  return known->activation;
}

// Positions that the table has for tokens: those up to the padding's are not given to any.
Result<void> read_padding(const JsonValue& root, const Architecture& architecture, EncoderConfig& config) {
  config.padding_id = architecture.padding_id;
  if (!config.padding_id) return {};
  const auto& key = architecture.keys.padding_id;
  if (auto outcome = read_optional_size(root, key, kPadding, *config.padding_id); !outcome) return outcome;
  const std::uint32_t not_given = *config.padding_id + 1;
  if (config.max_positions <= not_given) {
    return root.corrupt(std::string(architecture.keys.max_positions) + ": expected more than the " +
                        std::to_string(not_given) + " positions up to the padding's, found " +
                        std::to_string(config.max_positions));
  }
  config.max_positions -= not_given;
  return {};
}

Result<double> read_theta(const JsonValue& root, std::string_view nested_key, std::string_view key, double fallback) {
  auto field = find_path(root, nested_key);
  if (!field) field = find_path(root, key);
  if (!field) return fallback;
  const auto theta = field->as_double();
  if (!theta) return theta.error();
  if (!(*theta >= 1 && *theta <= 1e12)) {
    return field->corrupt("expected a number from 1 to 1e12, found " + shown(*theta));
  }
  return *theta;
}

Result<void> read_rotation(const JsonValue& root, const Architecture& architecture, EncoderConfig& config) {
  const auto& keys = architecture.keys;
  const auto theta = read_theta(root, keys.nested_rotary_theta, keys.rotary_theta, architecture.rotary_theta);
  if (!theta) return theta.error();
  const auto local =
      read_theta(root, keys.nested_local_rotary_theta, keys.local_rotary_theta, architecture.local_rotary_theta);
  if (!local) return local.error();
  config.rotary_theta = *theta;
  config.local_rotary_theta = *local;
  if (config.rotary_theta != 0 && config.hidden_size / config.heads % 2 != 0) {
    return root.corrupt(std::string(keys.hidden_size) + ": expected heads of an even size, found " +
                        std::to_string(config.hidden_size / config.heads));
  }
  return {};
}

// Which layers see a window only.
Result<void> read_layer_types(const JsonValue& list, EncoderConfig& config) {
  if (list.size() != config.layers) {
    return list.corrupt("expected " + std::to_string(config.layers) + " elements, found " +
                        std::to_string(list.size()));
  }
  return list.for_each_element([&](std::size_t at, const JsonValue& value) -> Result<void> {
    const auto type = value.as_string();
    if (!type) return type.error();
    if (*type != "full_attention" && *type != "sliding_attention") {
      return value.unsupported("unknown attention \"" + std::string(*type) + "\"");
    }
    config.local_layers[at] = *type == "sliding_attention";
    return {};
  });
}

Result<void> read_windows(const JsonValue& root, const Architecture& architecture, EncoderConfig& config) {
  const auto& keys = architecture.keys;
  std::uint32_t window = architecture.local_window;
  std::uint32_t every = architecture.global_every;
  if (window == 0) return {};
  if (auto outcome = read_optional_size(root, keys.local_window, kWindow, window); !outcome) return outcome;
  if (auto outcome = read_optional_size(root, keys.global_every, kLayers, every); !outcome) return outcome;
  config.local_window = window / 2;
  config.local_layers.resize(config.layers);
  for (std::uint32_t layer = 0; layer < config.layers; ++layer) config.local_layers[layer] = layer % every != 0;
  const auto types = find_path(root, keys.layer_types);
  return types ? read_layer_types(*types, config) : Result<void>();
}

Result<void> read_switch(const JsonValue& root, std::string_view key, bool fallback, bool& value) {
  value = fallback;
  if (key.empty()) return {};
  const auto read = root.bool_or(key, fallback);
  if (!read) return read.error();
  value = *read;
  return {};
}

Result<void> read_biases(const JsonValue& root, const Architecture& architecture, EncoderConfig& config) {
  const auto& keys = architecture.keys;
  if (auto outcome = read_switch(root, keys.attention_bias, architecture.attention_bias, config.attention_bias);
      !outcome) {
    return outcome;
  }
  if (auto outcome = read_switch(root, keys.mlp_bias, architecture.mlp_bias, config.mlp_bias); !outcome) return outcome;
  return read_switch(root, keys.norm_bias, architecture.norm_bias, config.norm_bias);
}

// Nothing where the field has the value that it must have, else what it is in words.
Result<void> check_fixed(const JsonValue& field, std::string_view key, bool expected) {
  const auto value = field.as_bool();
  if (!value) return value.error();
  if (*value == expected) return {};
  return field.unsupported("expected " + std::string(expected ? "true" : "false") + ": " + std::string(key) +
                           " is not known");
}

Result<void> check_fixed(const JsonValue& field, std::string_view /*key*/, double expected) {
  const auto value = field.as_double();
  if (!value) return value.error();
  if (*value == expected) return {};
  return field.unsupported("expected " + std::to_string(expected) + ", found " + std::to_string(*value));
}

Result<void> check_fixed(const JsonValue& field, std::string_view /*key*/, std::string_view expected) {
  const auto value = field.as_string();
  if (!value) return value.error();
  if (*value == expected) return {};
  return field.unsupported("expected \"" + std::string(expected) + "\", found \"" + std::string(*value) + "\"");
}

Result<void> check_fixed(const JsonValue& field, std::string_view key, std::monostate /*expected*/) {
  return field.unsupported(std::string(key) + " is not known");
}

// Variants of the architecture that compute something else.
Result<void> refuse_variants(const JsonValue& root, const Architecture& architecture) {
  for (const auto& fixed : architecture.fixed) {
    const auto field = find_path(root, fixed.key);
    if (!field) continue;
    auto outcome =
        std::visit([&](const auto& expected) { return check_fixed(*field, fixed.key, expected); }, fixed.value);
    if (!outcome) return outcome;
  }
  return {};
}

// Of the rows of one name the one whose keys the file has, else the first.
const Architecture* row_for(const JsonValue& root, std::string_view model_type) {
  for (const auto& row : architectures()) {
    if (row.model_type == model_type && root.find(row.keys.hidden_size)) return &row;
  }
  return find_architecture(model_type);
}

}  // namespace

Result<EncoderConfig> read_encoder_config(const JsonValue& root) {
  const auto type = root.at("model_type").and_then([](const JsonValue& value) { return value.as_string(); });
  if (!type) return type.error();
  const Architecture* const architecture = row_for(root, *type);
  if (architecture == nullptr) {
    return root.unsupported("model_type: unknown architecture \"" + std::string(*type) +
                            "\" (known: " + architecture_names() + ")");
  }
  EncoderConfig config;
  config.architecture = *type;
  config.norms = architecture->norms;
  config.first_attention_norm = architecture->first_attention_norm;
  config.gated = architecture->gated;
  config.position_embeddings = architecture->position_embeddings;
  if (auto outcome = refuse_variants(root, *architecture); !outcome) return outcome.error();
  if (auto outcome = read_sizes(root, architecture->keys, config); !outcome) return outcome.error();
  const auto epsilon = read_epsilon(root, architecture->keys.layer_norm_epsilon, architecture->layer_norm_epsilon);
  if (!epsilon) return epsilon.error();
  config.layer_norm_epsilon = *epsilon;
  const auto activation = read_activation(root, architecture->keys.activation, architecture->activation);
  if (!activation) return activation.error();
  config.activation = *activation;
  for (const auto read : {read_padding, read_rotation, read_windows, read_biases}) {
    if (auto outcome = read(root, *architecture, config); !outcome) return outcome.error();
  }
  return config;
}

}  // namespace akidb::embedding::model
