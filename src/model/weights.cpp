#include "model/weights.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/json.hpp"
#include "model/relative_path.hpp"

namespace akidb::embedding::model {
namespace {

using base::JsonValue;

constexpr std::size_t kMaxIndex = 8'000'000;

Result<void> check_names_differ(const std::vector<SafetensorsFile>& files) {
  std::set<std::string_view> seen;
  for (const auto& file : files) {
    for (std::size_t i = 0; i < file.size(); ++i) {
      const Tensor tensor = file.tensor(i);
      if (!seen.insert(tensor.name).second) {
        return Error{ErrorCode::data_corrupt,
                     file.name() + ": tensor \"" + std::string(tensor.name) + "\": another file has it too",
                     {},
                     {}};
      }
    }
  }
  return {};
}

}  // namespace

Result<Weights> Weights::open(const Checkpoint& checkpoint) {
  Weights weights;
  for (const auto& path : checkpoint.files) {
    auto file = SafetensorsFile::open(path);
    if (!file) return file.error();
    weights.files_.push_back(std::move(*file));
  }
  if (weights.files_.size() > 1) {
    if (auto outcome = check_names_differ(weights.files_); !outcome) return outcome.error();
  }
  if (auto outcome = weights.check_index(checkpoint); !outcome) return outcome.error();
  return weights;
}

Result<void> Weights::check_index(const Checkpoint& checkpoint) const {
  for (const auto& [name, file] : checkpoint.file_of) {
    const auto tensor = find(name);
    if (tensor && tensor->file == file) continue;
    const auto found = tensor ? "in " + std::string(tensor->file) : "in no file";
    return Error{ErrorCode::data_corrupt,
                 std::string(kShardIndex) + ": tensor \"" + name + "\": expected in " + file + ", found " + found,
                 checkpoint.files.front().parent_path().string(),
                 {}};
  }
  return {};
}

std::optional<Tensor> Weights::find(std::string_view name) const {
  for (const auto& file : files_) {
    if (const std::size_t index = file.find(name); index != file.size()) return file.tensor(index);
  }
  return std::nullopt;
}

Result<Tensor> Weights::get(std::string_view name, std::span<const std::uint64_t> shape) const {
  const auto tensor = find(name);
  if (!tensor) {
    const std::string file = files_.size() == 1 ? files_.front().name() : "checkpoint";
    return Error{ErrorCode::data_corrupt, file + ": tensor \"" + std::string(name) + "\" is missing", {}, {}};
  }
  if (!std::ranges::equal(tensor->shape, shape)) {
    return Error{ErrorCode::data_corrupt,
                 std::string(tensor->file) + ": tensor \"" + std::string(name) + "\": expected shape " +
                     shape_text(shape) + ", found " + shape_text(tensor->shape),
                 {},
                 {}};
  }
  return *tensor;
}

std::string shape_text(std::span<const std::uint64_t> shape) {
  if (shape.empty()) return "a scalar";
  std::string text;
  for (const std::uint64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text;
}

Result<Checkpoint> read_shard_index(const std::filesystem::path& index) {
  const auto document = base::JsonDocument::read(index, kMaxIndex);
  if (!document) return document.error();
  const auto map = document->root().at("weight_map");
  if (!map) return map.error();
  Checkpoint checkpoint;
  std::set<std::string> names;
  auto outcome = map->for_each_member([&](std::string_view tensor, const JsonValue& value) -> Result<void> {
    const auto name = value.as_string();
    if (!name) return name.error();
    if (!is_file_name(*name)) return value.corrupt("expected a file name, found \"" + std::string(*name) + "\"");
    if (!checkpoint.file_of.emplace(tensor, *name).second) return value.corrupt("the name comes twice");
    names.emplace(*name);
    return {};
  });
  if (!outcome) return outcome.error();
  if (names.empty()) return map->corrupt("expected at least one tensor");
  for (const auto& name : names) checkpoint.files.push_back(index.parent_path() / name);
  return checkpoint;
}

}  // namespace akidb::embedding::model
