// Backend: a batch of token ids in, token vectors out. This is the whole interface: a backend knows no
// text, no pooling and no queue; the pipeline knows no engine.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace akidb::embedding::backend {

// Sequences end to end, without padding. `offsets` has one entry more than there are sequences; sequence i
// is token_ids[offsets[i]] ... token_ids[offsets[i + 1] - 1]. No sequence is empty.
struct TokenBatch {
  std::span<const std::uint32_t> token_ids;
  std::span<const std::uint32_t> offsets;

  // The rows of all tokens but each sequence's first may be left out.
  bool first_rows_only = false;

  [[nodiscard]] std::size_t sequences() const noexcept { return offsets.size() - 1; }
  [[nodiscard]] std::size_t length(std::size_t sequence) const noexcept {
    return offsets[sequence + 1] - offsets[sequence];
  }
};

// Takes the last layer's rows while they are still where the engine left them.
class RowSink {
 public:
  virtual ~RowSink() = default;

  // `values` holds whole rows of the hidden size: the vectors of tokens `first_token`, `first_token` + 1,
  // ... of `sequence`, valid during the call. Rows of one sequence come in order; sequences in any order.
  // Where the model's own output is pooled, one row per sequence comes with first_token 0.
  virtual void rows(std::size_t sequence, std::size_t first_token, std::span<const float> values) = 0;
};

enum class Cores {
  one,  // the calling thread alone
  all,  // the backend may use every core: nothing else is running
};

struct BackendInfo {
  std::string name;                    // "onnx"
  std::string runtime;                 // "ONNX Runtime 1.32.0"
  std::string device;                  // "cpu"
  std::string device_reason;           // why this device
  std::string execution;               // what really ran where, read back from the engine
  std::optional<double> device_share;  // of the graph's nodes, those that ran on the device; nothing where unknown
  std::string dtype;                   // "fp32"
  std::string matmul_precision;        // of fp32: "highest" or "high"; empty where there is no choice
  std::size_t hidden_size = 0;
  std::size_t vocab_size = 0;     // ids at or above are refused; 0 where unknown
  std::size_t max_positions = 0;  // longest sequence; 0 where unknown
  bool pooled_output = false;     // the model's own output is a row per sequence

  // How units should be formed: tokens per forward pass, and whether all sequences of a unit should have
  // one length (else any mix is as good).
  std::size_t unit_tokens = 512;
  bool equal_lengths = true;
};

// forward() may be called from many threads at once.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual const BackendInfo& info() const = 0;

  // All rows have gone to `sink` when it returns. An error with an input_index is the fault of one sequence, whichever:
  // the others may do without it. Results do not depend on the other sequences of the
  // batch beyond rounding (at most 1e-6 in a unit vector).
  virtual Result<void> forward(const TokenBatch& batch, Cores cores, RowSink& sink) = 0;
};

}  // namespace akidb::embedding::backend
