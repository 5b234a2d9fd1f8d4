#include <algorithm>
#include <span>
#include <vector>

#include "fuzz/bodies.hpp"
#include "model/safetensors.hpp"
#include "model/tensor_values.hpp"

namespace akidb::embedding::test {
namespace {

using model::SafetensorsTable;
using model::Tensor;

constexpr const char* kName = "fuzz.safetensors";

std::string check_error(const Error& error) {
  if (!error.message.starts_with(kName)) return "an error that does not name the file: " + error.message;
  if (error.code != ErrorCode::data_corrupt && error.code != ErrorCode::unsupported) return "code: " + to_string(error);
  return {};
}

std::string check_tensor(const SafetensorsTable& table, const model::TensorEntry& entry,
                         std::span<const std::byte> file) {
  if (entry.begin > entry.end || entry.end > file.size() - table.data_begin) return entry.name + " lies outside";
  const auto bytes = file.subspan(table.data_begin + entry.begin, entry.end - entry.begin);
  const Tensor tensor{kName, entry.name, entry.dtype, entry.shape, bytes};
  const std::uint64_t count = model::element_count(tensor);
  if (count * bits(entry.dtype) != bytes.size() * 8) return entry.name + " has a shape of another size";
  std::vector<float> values(std::min<std::uint64_t>(count, 64));
  const auto outcome = model::read_float32(tensor, count - values.size(), values);
  if (!outcome && outcome.error().code != ErrorCode::unsupported) return to_string(outcome.error());
  return {};
}

}  // namespace

std::string fuzz_safetensors(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  const auto table = model::parse_safetensors(bytes, kName);
  if (!table) return check_error(table.error());
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < table->tensors.size(); ++i) {
    const auto& entry = table->tensors[i];
    if (i > 0 && table->tensors[i - 1].name >= entry.name) return entry.name + " is out of order";
    if (auto problem = check_tensor(*table, entry, bytes); !problem.empty()) return problem;
    total += entry.end - entry.begin;
  }
  if (total != bytes.size() - table->data_begin) return "tensors do not fill the data";
  return {};
}

}  // namespace akidb::embedding::test
