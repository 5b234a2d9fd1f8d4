#include "support/tiny_bert.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace akidb::embedding::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSpecial = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";
constexpr std::string_view kPieces = "abcdefghijklmnopqrstuvwxyz0123456789.,;:!?-'()";
constexpr std::string_view kWords =
    "hello\nworld\nthe\na\ncat\nsat\non\nmat\nof\nand\nvector\nsearch\n##s\n##ing\n##ed\n";

// Every value fits the 16-bit formats as a normal number. The distribution is computed here because the
// standard library's differs between implementations.
class Values {
 public:
  explicit Values(std::uint64_t seed) : engine_(seed) {}

  FloatTensor uniform(std::vector<std::uint64_t> shape, float center, float width) {
    std::uint64_t count = 1;
    for (const std::uint64_t size : shape) count *= size;
    FloatTensor tensor{std::move(shape), {}};
    for (std::uint64_t i = 0; i < count; ++i) {
      const double unit = static_cast<double>(engine_() >> 11) * 0x1p-53;
      const auto value = static_cast<float>(center + width * (2 * unit - 1));
      tensor.values.push_back(value > -1e-3F && value < 1e-3F ? 1e-3F : value);
    }
    return tensor;
  }

 private:
  std::mt19937_64 engine_;
};

class Tensors {
 public:
  explicit Tensors(const TinyBert& tiny) : tiny_(tiny), values_(tiny.seed) {}

  FloatTensors make() {
    const std::uint64_t hidden = tiny_.hidden_size;
    add("embeddings.word_embeddings.weight", {tiny_vocabulary_size(), hidden}, 0, 0.5F);
    add("embeddings.position_embeddings.weight", {tiny_.max_positions, hidden}, 0, 0.2F);
    add("embeddings.token_type_embeddings.weight", {2, hidden}, 0, 0.2F);
    norm("embeddings.LayerNorm");
    for (std::uint32_t i = 0; i < tiny_.layers; ++i) layer("encoder.layer." + std::to_string(i) + ".");
    if (tiny_.pooler) linear("pooler.dense", hidden, hidden);
    return std::move(tensors_);
  }

 private:
  void add(const std::string& name, std::vector<std::uint64_t> shape, float center, float width) {
    tensors_[tiny_.tensor_prefix + name] = values_.uniform(std::move(shape), center, width);
  }

  void norm(const std::string& name) {
    add(name + (tiny_.old_norm_names ? ".gamma" : ".weight"), {tiny_.hidden_size}, 1, 0.5F);
    add(name + (tiny_.old_norm_names ? ".beta" : ".bias"), {tiny_.hidden_size}, 0, 0.3F);
  }

  void linear(const std::string& name, std::uint64_t outputs, std::uint64_t inputs) {
    // By the number of inputs, so that sums stay of one order at every size.
    add(name + ".weight", {outputs, inputs}, 0, 2 / std::sqrt(static_cast<float>(inputs)));
    add(name + ".bias", {outputs}, 0, 0.3F);
  }

  void layer(const std::string& prefix) {
    const std::uint64_t hidden = tiny_.hidden_size;
    for (const std::string_view part : {"query", "key", "value"}) {
      linear(prefix + "attention.self." + std::string(part), hidden, hidden);
    }
    linear(prefix + "attention.output.dense", hidden, hidden);
    norm(prefix + "attention.output.LayerNorm");
    linear(prefix + "intermediate.dense", tiny_.intermediate_size, hidden);
    linear(prefix + "output.dense", hidden, tiny_.intermediate_size);
    norm(prefix + "output.LayerNorm");
  }

  const TinyBert& tiny_;
  Values values_;
  FloatTensors tensors_;
};

void write(const fs::path& file, const std::string& content) {
  fs::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << content;
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
}

std::string config_json(const TinyBert& tiny) {
  return R"({"architectures": ["BertModel"], "model_type": "bert", "hidden_size": )" +
         std::to_string(tiny.hidden_size) + R"(, "num_hidden_layers": )" + std::to_string(tiny.layers) +
         R"(, "num_attention_heads": )" + std::to_string(tiny.heads) + R"(, "intermediate_size": )" +
         std::to_string(tiny.intermediate_size) + R"(, "vocab_size": )" + std::to_string(tiny_vocabulary_size()) +
         R"(, "max_position_embeddings": )" + std::to_string(tiny.max_positions) +
         R"(, "type_vocab_size": 2, "layer_norm_eps": 1e-12, "hidden_act": ")" + tiny.activation +
         R"(", "position_embedding_type": "absolute"})";
}

std::string modules_json(const TinyBert& tiny) {
  std::string text = R"([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},)"
                     R"( {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"})";
  if (tiny.normalize) {
    text += R"(, {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"})";
  }
  return text + "]";
}

std::string shard_name(std::uint32_t number, std::uint32_t count) {
  return "model-" + std::to_string(number + 1) + "-of-" + std::to_string(count) + ".safetensors";
}

void write_weights(const fs::path& folder, const TinyBert& tiny) {
  const FloatTensors tensors = tiny_bert_tensors(tiny);
  if (tiny.shards == 1) return write(folder / "model.safetensors", safetensors_bytes(tensors, tiny.dtype));
  std::vector<FloatTensors> shards(tiny.shards);
  std::string map;
  std::uint32_t next = 0;
  for (const auto& [name, tensor] : tensors) {
    shards[next][name] = tensor;
    map += (map.empty() ? "\"" : ", \"") + name + "\": \"" + shard_name(next, tiny.shards) + "\"";
    next = (next + 1) % tiny.shards;
  }
  for (std::uint32_t i = 0; i < tiny.shards; ++i) {
    write(folder / shard_name(i, tiny.shards), safetensors_bytes(shards[i], tiny.dtype));
  }
  write(folder / "model.safetensors.index.json", R"({"metadata": {"total_size": 1}, "weight_map": {)" + map + "}}");
}

}  // namespace

std::string tiny_vocabulary() {
  std::string text(kSpecial);
  for (const char piece : kPieces) text += std::string(1, piece) + "\n##" + piece + "\n";
  return text.append(kWords);
}

std::uint32_t tiny_vocabulary_size() {
  const std::string text = tiny_vocabulary();
  return static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
}

FloatTensors tiny_bert_tensors(const TinyBert& tiny) { return Tensors(tiny).make(); }

void write_tiny_bert(const fs::path& folder, const TinyBert& tiny) {
  write(folder / "config.json", config_json(tiny));
  write(folder / "modules.json", modules_json(tiny));
  write(folder / "1_Pooling/config.json", R"({"embedding_dimension": )" + std::to_string(tiny.hidden_size) +
                                              R"(, "pooling_mode": ")" + tiny.pooling +
                                              R"(", "include_prompt": true})");
  write(folder / "sentence_bert_config.json",
        R"({"max_seq_length": )" + std::to_string(tiny.max_seq_length) + R"(, "do_lower_case": false})");
  write(folder / "tokenizer_config.json",
        R"({"tokenizer_class": "BertTokenizer", "do_lower_case": true, "unk_token": "[UNK]", "sep_token": "[SEP]",)"
        R"( "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]", "tokenize_chinese_chars": true,)"
        R"( "strip_accents": null, "model_max_length": 1000000000000000019884624838656})");
  write(folder / "vocab.txt", tiny_vocabulary());
  write_weights(folder, tiny);
}

}  // namespace akidb::embedding::test
