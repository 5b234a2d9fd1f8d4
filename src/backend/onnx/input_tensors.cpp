#include "backend/onnx/input_tensors.hpp"

#include <algorithm>
#include <array>

namespace akidb::embedding::backend::onnx {
namespace {

template <class T>
void fill_buffer(InputRole role, const TokenBatch& batch, std::size_t length, std::vector<T>& out) {
  out.clear();
  for (std::size_t row = 0; row < batch.sequences(); ++row) {
    for (std::size_t at = 0; at < length; ++at) {
      switch (role) {
        case InputRole::token_ids: out.push_back(static_cast<T>(batch.token_ids[batch.offsets[row] + at])); break;
        case InputRole::attention_mask: out.push_back(1); break;
        case InputRole::type_ids: out.push_back(0); break;
        case InputRole::position_ids: out.push_back(static_cast<T>(at)); break;
      }
    }
  }
}

}  // namespace

void InputTensors::fill(const Signature& signature, const TokenBatch& batch, std::size_t length) {
  const std::array<std::int64_t, 2> shape = {static_cast<std::int64_t>(batch.sequences()),
                                             static_cast<std::int64_t>(length)};
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
  names_.clear();
  values_.clear();
  buffers_.resize(std::max(buffers_.size(), signature.inputs.size()));
  for (std::size_t at = 0; at < signature.inputs.size(); ++at) {
    const auto& input = signature.inputs[at];
    const auto bind = [&](auto& buffer) {
      fill_buffer(input.role, batch, length, buffer);
      values_.push_back(Ort::Value::CreateTensor(memory, buffer.data(), buffer.size(), shape.data(), shape.size()));
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
