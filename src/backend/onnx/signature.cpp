#include "backend/onnx/signature.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace akidb::embedding::backend::onnx {
namespace {

struct NamedRole {
  std::string_view name;
  InputRole role;
};

constexpr std::array kInputs = {
    NamedRole{"input_ids", InputRole::token_ids},
    NamedRole{"attention_mask", InputRole::attention_mask},
    NamedRole{"token_type_ids", InputRole::type_ids},
    NamedRole{"position_ids", InputRole::position_ids},
};

struct KnownOutput {
  std::string_view name;
  std::size_t rank;
};

constexpr std::array kOutputs = {
    KnownOutput{"last_hidden_state", 3},
    KnownOutput{"token_embeddings", 3},
    KnownOutput{"sentence_embedding", 2},
};

struct Value {
  std::string name;
  ONNXTensorElementDataType type;
  std::size_t rank;
  std::vector<std::string> names;   // of those sizes that are not fixed
  std::vector<std::int64_t> sizes;  // -1: not fixed
};

Value value_of(std::string name, const Ort::TypeInfo& type) {
  if (type.GetONNXType() != ONNX_TYPE_TENSOR)
    return {std::move(name), ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED, 0, {}, {}};
  const auto tensor = type.GetTensorTypeAndShapeInfo();
  std::vector<const char*> names(tensor.GetDimensionsCount());
  tensor.GetSymbolicDimensions(names.data(), names.size());
  return {std::move(name), tensor.GetElementType(), names.size(), {names.begin(), names.end()}, tensor.GetShape()};
}

struct GraphValues {
  std::vector<Value> inputs;
  std::vector<Value> outputs;
};

GraphValues values_of(Ort::Session& session) {
  GraphValues values;
  Ort::AllocatorWithDefaultOptions allocator;
  for (std::size_t at = 0; at < session.GetInputCount(); ++at) {
    values.inputs.push_back(value_of(session.GetInputNameAllocated(at, allocator).get(), session.GetInputTypeInfo(at)));
  }
  for (std::size_t at = 0; at < session.GetOutputCount(); ++at) {
    values.outputs.push_back(
        value_of(session.GetOutputNameAllocated(at, allocator).get(), session.GetOutputTypeInfo(at)));
  }
  return values;
}

std::string names_of(const std::vector<Value>& values) {
  std::string names;
  for (const auto& value : values) names += (names.empty() ? "" : ", ") + value.name;
  return names;
}

Error unsupported(const std::string& problem, const GraphValues& values) {
  return {ErrorCode::unsupported,
          "the ONNX graph is no text encoder: " + problem + "; it has the inputs " + names_of(values.inputs) +
              " and the outputs " + names_of(values.outputs),
          {},
          {}};
}

std::string size_text(const Value& input, std::size_t at) {
  if (input.sizes[at] >= 0) return std::to_string(input.sizes[at]);
  return input.names[at].empty() ? "?" : input.names[at];
}

Error fixed_size(const Value& input) {
  return {ErrorCode::unsupported,
          "the ONNX graph's " + input.name + " has the fixed size " + size_text(input, 0) + " x " +
              size_text(input, 1) + ": expected a graph that takes any number of texts and tokens",
          {},
          {}};
}

}  // namespace

bool Signature::has(InputRole role) const noexcept {
  return std::any_of(inputs.begin(), inputs.end(), [&](const Input& input) { return input.role == role; });
}

Result<Signature> read_signature(Ort::Session& session) {
  const auto values = values_of(session);
  Signature signature;
  for (const auto& input : values.inputs) {
    const auto known =
        std::find_if(kInputs.begin(), kInputs.end(), [&](const NamedRole& named) { return named.name == input.name; });
    if (known == kInputs.end()) return unsupported("the input " + input.name + " is not known", values);
    const bool is_int32 = input.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    if (!is_int32 && input.type != ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64) {
      return unsupported("the input " + input.name + " is not of int64 or int32", values);
    }
    if (input.rank != 2) return unsupported("the input " + input.name + " has not 2 dimensions", values);
    if (input.sizes[1] >= 0 || (input.sizes[0] >= 0 && input.sizes[0] != 1)) return fixed_size(input);
    signature.inputs.push_back({input.name, known->role, is_int32});
    signature.one_sequence = signature.one_sequence || input.sizes[0] == 1;
    if (known->role == InputRole::token_ids) {
      signature.batch_size = input.names[0];
      signature.sequence_length = input.names[1];
    }
  }
  if (!signature.has(InputRole::token_ids)) return unsupported("it has no input input_ids", values);

  for (const auto& known : kOutputs) {
    const auto output = std::find_if(values.outputs.begin(), values.outputs.end(),
                                     [&](const Value& value) { return value.name == known.name; });
    if (output == values.outputs.end()) continue;
    signature.is_half = output->type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
    if ((output->type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT && !signature.is_half) || output->rank != known.rank) {
      return unsupported("the output " + output->name + " is not float32 or float16 with " +
                             std::to_string(known.rank) + " dimensions",
                         values);
    }
    signature.output = output->name;
    signature.pooled = known.rank == 2;
    return signature;
  }
  return unsupported("it has none of the outputs last_hidden_state, token_embeddings, sentence_embedding", values);
}

}  // namespace akidb::embedding::backend::onnx
