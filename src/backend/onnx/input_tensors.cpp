#include "backend/onnx/input_tensors.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace akidb::embedding::backend::onnx {
namespace {

template <class T>
void fill_buffer(InputRole role, const TokenBatch& batch, Shape shape, std::vector<T>& out) {
  out.assign(shape.rows * shape.length, 0);
  for (std::size_t row = 0; row < shape.rows; ++row) {
    const auto to = std::span(out).subspan(row * shape.length, shape.length);
    // A row of padding attends to its first token, so that no softmax is over nothing.
    const std::size_t length = row < batch.sequences() ? batch.length(row) : 0;
    if (role == InputRole::attention_mask) std::fill_n(to.begin(), std::max<std::size_t>(1, length), T{1});
    for (std::size_t at = 0; at < length; ++at) {
      if (role == InputRole::token_ids) to[at] = static_cast<T>(batch.token_ids[batch.offsets[row] + at]);
      if (role == InputRole::position_ids) to[at] = static_cast<T>(at);
    }
  }
}

}  // namespace

void InputTensors::fill(const Signature& signature, const TokenBatch& batch, Shape shape) {
  const std::array<std::int64_t, 2> extents = {static_cast<std::int64_t>(shape.rows),
                                               static_cast<std::int64_t>(shape.length)};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  names_.clear();
  values_.clear();
  buffers_.resize(std::max(buffers_.size(), signature.inputs.size()));
  for (std::size_t at = 0; at < signature.inputs.size(); ++at) {
    const auto& input = signature.inputs[at];
    const auto bind = [&](auto& buffer) {
      fill_buffer(input.role, batch, shape, buffer);
      values_.push_back(Ort::Value::CreateTensor(memory, buffer.data(), buffer.size(), extents.data(), extents.size()));
    };
    if (input.is_int32) {
      bind(buffers_[at].narrow);
    } else {
      bind(buffers_[at].wide);
    }
    names_.push_back(input.name.c_str());
  }
}

}  // namespace akidb::embedding::backend::onnx
