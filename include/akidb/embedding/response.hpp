// What comes out: BatchEmbeddingResponse, ModelInfo and the types of their fields.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace akidb::embedding {

// Half-open range of bytes in an input's text. Special tokens have {0, 0}.
struct ByteRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

// Rows of float32 in one flat array, row after row without gaps.
//
// Output::pooled has one row per input, in the order of the inputs. Output::tokens has one row per
// token: the rows of input i are those of span_of(i), and token_ranges says where each token stands
// in its text (bytes of the text as given, the prompt not counted).
class Embeddings {
 public:
  Embeddings() = default;
  Embeddings(std::size_t dimension, std::vector<float> values) : dimension_(dimension), values_(std::move(values)) {}

  [[nodiscard]] std::size_t dimension() const noexcept { return dimension_; }
  [[nodiscard]] std::size_t rows() const noexcept { return dimension_ == 0 ? 0 : values_.size() / dimension_; }

  // `dimension()` values; valid as long as this object. `index` must be below rows().
  [[nodiscard]] std::span<const float> row(std::size_t index) const noexcept {
    return std::span(values_).subspan(index * dimension_, dimension_);
  }

  // The whole array: rows() x dimension().
  [[nodiscard]] std::span<const float> values() const noexcept { return values_; }
  [[nodiscard]] std::vector<float> take_values() && noexcept { return std::move(values_); }

  // First row and one past the last row of an input.
  [[nodiscard]] std::pair<std::size_t, std::size_t> span_of(std::size_t input) const noexcept {
    if (first_row.empty()) return {input, input + 1};
    return {first_row[input], first_row[input + 1]};
  }

  // Output::tokens only, empty otherwise. first_row has one entry more than there are inputs.
  std::vector<std::size_t> first_row;
  std::vector<ByteRange> token_ranges;  // a range per row; {0, 0} for special tokens and token-id inputs

 private:
  std::size_t dimension_ = 0;
  std::vector<float> values_;
};

// What became of one input.
struct InputReport {
  std::uint32_t tokens = 0;            // tokens that were embedded, special tokens included
  std::uint32_t truncated_tokens = 0;  // tokens that were cut off
  friend bool operator==(const InputReport&, const InputReport&) = default;
};

struct Usage {
  std::size_t total_tokens = 0;           // sum of InputReport::tokens; the tokenizer's count, no estimate
  std::size_t truncated_inputs = 0;       // inputs with truncated_tokens > 0
  std::chrono::microseconds duration{0};  // from embed_batch to the answer
  std::chrono::microseconds tokenize{0};  // spent in the tokenizer, summed over threads
  std::chrono::microseconds queue{0};     // from tokenised to first forward pass, the longest wait of all inputs
  std::chrono::microseconds compute{0};   // spent in forward passes, each shared out by tokens
};

struct BatchEmbeddingResponse {
  std::string model;
  Embeddings embeddings;
  std::vector<InputReport> inputs;  // one per input, in their order
  Usage usage;
};

// What the provider is, and what it really runs on. Strings are for people and logs unless said otherwise.
struct ModelInfo {
  std::string model;             // hub id, served name or path as given
  std::uint32_t dimension = 0;   // values of a pooled row
  std::uint32_t max_tokens = 0;  // longest input in tokens, special tokens included; more is truncated

  std::string provider;                // "native", "onnx", "hash", ...
  std::string device;                  // "cpu", "cuda"
  std::string device_reason;           // why this device: what was asked, what was available
  std::string execution;               // read back from the runtime: "CPUExecutionProvider 143 of 143 nodes"
  std::optional<double> device_share;  // of the graph's nodes, those that ran on the device, 0 to 1
  std::string dtype;                   // "fp32"
  std::string matmul_precision;        // of fp32 on the native provider: "highest" or "high"; else empty
  std::string pooling;                 // "mean"; "none" where the model's own output is pooled
  bool normalized = false;             // Normalize::model yields unit vectors
  std::string architecture;            // "bert"; empty where unknown
  std::string revision;                // commit on the hub; empty where unknown
  std::string runtime;                 // "ONNX Runtime 1.32.0"
  std::uint32_t threads = 0;           // worker threads that forward passes run on
  std::uint32_t batch_tokens = 0;      // most tokens of one forward pass; 0 where unknown

  std::map<std::string, std::string> prompts;  // by name
  std::optional<std::string> default_prompt_name;
};

}  // namespace akidb::embedding
