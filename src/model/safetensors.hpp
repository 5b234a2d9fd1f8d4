// Reading safetensors files: named tensors in one memory-mapped file.
//
//   file   = size header data
//   size   = u64, little-endian: bytes of the header, at most 100,000,000
//   header = a JSON object, white space may follow it:
//            { "__metadata__": {string: string, ...}?,
//              name: {"dtype": string, "shape": [uint, ...], "data_offsets": [begin, end]}, ... }
//   data   = the tensors' bytes, row by row, little-endian, one behind the other without gaps;
//            begin and end count from its first byte
//
// The header is the whole truth about the data, so it is checked whole before anything is read: what
// passes has ranges that lie in the file, do not overlap, leave no hole, and fit dtype and shape.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mmap_file.hpp"
#include "model/dtype.hpp"

namespace akidb::embedding::model {

// A view into its file, which must outlive it.
struct Tensor {
  std::string_view file;  // the file's name, for messages
  std::string_view name;
  Dtype dtype = Dtype::f32;
  std::span<const std::uint64_t> shape;
  std::span<const std::byte> bytes;  // of any alignment
};

// Where a tensor lies in a file's data.
struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::f32;
  std::vector<std::uint64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsTable {
  std::vector<TensorEntry> tensors;  // by name
  std::vector<std::pair<std::string, std::string>> metadata;
  std::size_t data_begin = 0;  // of the data, in the file
};

// Checks a whole file. `name` goes before every error. data_corrupt where the format is broken;
// unsupported where the header has more than a million values, which no model has.
Result<SafetensorsTable> parse_safetensors(std::span<const std::byte> file, const std::string& name);

// Immutable; thread-safe. Tensors live as long as the object; moving it keeps them.
class SafetensorsFile {
 public:
  // Errors as parse_safetensors(), and not_found.
  static Result<SafetensorsFile> open(const std::filesystem::path& path);

  [[nodiscard]] const std::string& name() const noexcept { return *name_; }
  [[nodiscard]] std::size_t size() const noexcept { return table_.tensors.size(); }
  [[nodiscard]] Tensor tensor(std::size_t index) const;

  // Index of the tensor called `name`, or size().
  [[nodiscard]] std::size_t find(std::string_view name) const;

  [[nodiscard]] const auto& metadata() const noexcept { return table_.metadata; }

 private:
  SafetensorsFile(std::string name, base::MmapFile file, SafetensorsTable table);

  std::unique_ptr<const std::string> name_;
  base::MmapFile file_;
  SafetensorsTable table_;
};

}  // namespace akidb::embedding::model
