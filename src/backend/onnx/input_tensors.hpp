// A run's inputs as ONNX Runtime's tensors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backend/backend.hpp"
#include "backend/onnx/buckets.hpp"
#include "backend/onnx/ort.hpp"
#include "backend/onnx/signature.hpp"

namespace akidb::embedding::backend::onnx {

// Keeps its memory from run to run: one a thread. Not thread-safe.
class InputTensors {
 public:
  // Sequences of `batch`, all of one length, as batch x sequence, padded to `shape` under the mask. What names() and
  // values() gave before is gone. `signature` must outlive their use.
  void fill(const Signature& signature, const TokenBatch& batch, Shape shape);

  [[nodiscard]] const std::vector<const char*>& names() const noexcept { return names_; }
  [[nodiscard]] const std::vector<Ort::Value>& values() const noexcept { return values_; }

 private:
  struct Buffer {
    std::vector<std::int64_t> wide;
    std::vector<std::int32_t> narrow;
  };

  std::vector<Buffer> buffers_;  // by input
  std::vector<const char*> names_;
  std::vector<Ort::Value> values_;
};

}  // namespace akidb::embedding::backend::onnx
