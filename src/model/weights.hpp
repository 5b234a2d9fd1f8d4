// A checkpoint's tensors by name, over one or many safetensors files.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.hpp"
#include "model/safetensors.hpp"

namespace akidb::embedding::model {

// Immutable; thread-safe. Tensors live as long as the object; moving it keeps them.
class Weights {
 public:
  // Errors: those of SafetensorsFile::open(); data_corrupt where two files have a tensor of one name, or where a tensor
  // is not in the file that the index names.
  static Result<Weights> open(const Checkpoint& checkpoint);

  [[nodiscard]] std::optional<Tensor> find(std::string_view name) const;

  // The tensor of this name and shape; data_corrupt, naming it, where it is missing or shaped otherwise.
  [[nodiscard]] Result<Tensor> get(std::string_view name, std::span<const std::uint64_t> shape) const;

  [[nodiscard]] std::span<const SafetensorsFile> files() const noexcept { return files_; }

 private:
  [[nodiscard]] Result<void> check_index(const Checkpoint& checkpoint) const;

  std::vector<SafetensorsFile> files_;
};

// "384 x 1536"; "a scalar" for no dimensions.
std::string shape_text(std::span<const std::uint64_t> shape);

inline constexpr std::string_view kShardIndex = "model.safetensors.index.json";

// Where the shards of a sharded checkpoint lie: the files named in model.safetensors.index.json, each
// once, beside it. They are not looked at.
//
//   index = {"metadata": any?, "weight_map": {tensor name: file name, ...}}
//
// data_corrupt where a file's name could lead out of the index's folder, or a tensor comes twice.
Result<Checkpoint> read_shard_index(const std::filesystem::path& index);

}  // namespace akidb::embedding::model
