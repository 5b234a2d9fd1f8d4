#include "graph/parameter_writer.hpp"

#include <bit>
#include <utility>

namespace akidb::embedding::graph {
namespace {

constexpr std::uint64_t kOutsideFrom = 65'536;  // bytes
constexpr std::uint64_t kPage = 4'096;

// A float whose exponent is all ones is an infinity or a NaN. Without an early exit, so that it vectorises.
bool all_finite(std::span<const float> values) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  std::uint32_t bad = 0;
  for (const float value : values) {
    bad |= static_cast<std::uint32_t>((std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent);
  }
  return bad == 0;
}

void add_entry(onnx::TensorProto& tensor, const std::string& key, const std::string& value) {
  auto* const entry = tensor.add_external_data();
  entry->set_key(key);
  entry->set_value(value);
}

Result<void> stream(const onnx::TensorProto& tensor, const FloatSource& source, const FloatSink& sink) {
  return source([&](std::span<const float> values) -> Result<void> {
    if (!all_finite(values)) {
      return Error{
          ErrorCode::data_corrupt, "parameter \"" + tensor.name() + "\" has a value that is not finite", {}, {}};
    }
    return sink(values);
  });
}

}  // namespace

Result<ParameterWriter> ParameterWriter::with_data_file(const std::filesystem::path& data) {
  auto file = base::FileWriter::create(data);
  if (!file) return file.error();
  ParameterWriter writer;
  writer.data_name_ = data.filename().string();
  writer.data_.emplace(std::move(*file));
  return writer;
}

Result<void> ParameterWriter::add(const std::string& name, const std::vector<std::uint64_t>& shape,
                                  const FloatSource& source) {
  onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  std::uint64_t bytes = sizeof(float);
  for (const std::uint64_t size : shape) {
    tensor.add_dims(static_cast<std::int64_t>(size));
    bytes *= size;
  }
  const bool outside = data_ && bytes >= kOutsideFrom;
  auto outcome = outside ? add_outside(tensor, source) : add_inside(tensor, source);
  if (outcome) parameters_.push_back(std::move(tensor));
  return outcome;
}

Result<void> ParameterWriter::add_inside(onnx::TensorProto& tensor, const FloatSource& source) {
  std::string& raw = *tensor.mutable_raw_data();
  return stream(tensor, source, [&](std::span<const float> values) -> Result<void> {
    raw.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return {};
  });
}

Result<void> ParameterWriter::add_outside(onnx::TensorProto& tensor, const FloatSource& source) {
  if (auto outcome = data_->align(kPage); !outcome) return outcome;
  const std::uint64_t begin = data_->size();
  auto outcome =
      stream(tensor, source, [&](std::span<const float> values) { return data_->append(std::as_bytes(values)); });
  if (!outcome) return outcome;
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  add_entry(tensor, "location", data_name_);
  add_entry(tensor, "offset", std::to_string(begin));
  add_entry(tensor, "length", std::to_string(data_->size() - begin));
  return {};
}

Result<std::vector<onnx::TensorProto>> ParameterWriter::finish() {
  if (data_) {
    if (auto outcome = data_->finish(); !outcome) return outcome.error();
  }
  return std::move(parameters_);
}

}  // namespace akidb::embedding::graph
