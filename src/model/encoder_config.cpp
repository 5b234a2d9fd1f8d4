#include "model/encoder_config.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "model/architecture.hpp"

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
};

// Far above every model, and low enough that the product of two sizes fits into 64 bits and a hostile file
// cannot make anything large.
struct Bounds {
  std::uint64_t least;
  std::uint64_t most;
};
constexpr Bounds kHidden{1, 65'536};
constexpr Bounds kLayers{1, 1'024};
constexpr Bounds kHeads{1, 1'024};
constexpr Bounds kIntermediate{1, 1'048'576};
constexpr Bounds kVocabulary{1, 16'777'216};
constexpr Bounds kPositions{1, 1'048'576};
constexpr Bounds kTypes{1, 65'536};

Result<void> read_size(const JsonValue& root, std::string_view key, Bounds bounds, std::uint32_t& size) {
  const auto field = root.at(key);
  if (!field) return field.error();
  const auto value = field->as_uint();
  if (!value) return value.error();
  if (*value < bounds.least || *value > bounds.most) {
    return field->corrupt("expected " + std::to_string(bounds.least) + " to " + std::to_string(bounds.most) +
                          ", found " + std::to_string(*value));
  }
  size = static_cast<std::uint32_t>(*value);
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
  auto epsilon = root.double_or(key, fallback);
  if (epsilon && !(*epsilon > 0 && *epsilon < 1)) {
    return root.corrupt(std::string(key) + ": expected a number between 0 and 1, found " + std::to_string(*epsilon));
  }
  return epsilon;
}

Result<Activation> read_activation(const JsonValue& root, std::string_view key) {
  const auto name = root.string_or(key, "gelu");
  if (!name) return name.error();
  const auto* const known = std::find_if(kActivations.begin(), kActivations.end(),
                                         [&](const NamedActivation& row) { return row.name == *name; });
  if (known == kActivations.end()) return root.unsupported(std::string(key) + ": unknown activation \"" + *name + "\"");
  return known->activation;
}

// Variants of the architecture that compute something else.
Result<void> refuse_variants(const JsonValue& root) {
  const auto positions = root.string_or("position_embedding_type", "absolute");
  if (!positions) return positions.error();
  if (*positions != "absolute") {
    return root.unsupported("position_embedding_type: expected \"absolute\", found \"" + *positions + "\"");
  }
  for (const std::string_view key : {"is_decoder", "is_encoder_decoder", "add_cross_attention"}) {
    const auto on = root.bool_or(key, false);
    if (!on) return on.error();
    if (*on) return root.unsupported(std::string(key) + ": only encoders are known");
  }
  return {};
}

}  // namespace

Result<EncoderConfig> read_encoder_config(const JsonValue& root) {
  const auto type = root.at("model_type").and_then([](const JsonValue& value) { return value.as_string(); });
  if (!type) return type.error();
  const Architecture* const architecture = find_architecture(*type);
  if (architecture == nullptr) {
    return root.unsupported("model_type: unknown architecture \"" + std::string(*type) +
                            "\" (known: " + architecture_names() + ")");
  }
  EncoderConfig config;
  config.architecture = *type;
  if (auto outcome = refuse_variants(root); !outcome) return outcome.error();
  if (auto outcome = read_sizes(root, architecture->keys, config); !outcome) return outcome.error();
  const auto epsilon = read_epsilon(root, architecture->keys.layer_norm_epsilon, config.layer_norm_epsilon);
  if (!epsilon) return epsilon.error();
  config.layer_norm_epsilon = *epsilon;
  const auto activation = read_activation(root, architecture->keys.activation);
  if (!activation) return activation.error();
  config.activation = *activation;
  return config;
}

}  // namespace akidb::embedding::model
