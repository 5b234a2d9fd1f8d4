#include "model/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>

#include "base/json.hpp"
#include "base/lfs_pointer.hpp"

namespace akidb::embedding::model {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are read as they lie in the file");

using base::JsonValue;

constexpr std::uint64_t kMaxHeader = 100'000'000;
constexpr std::string_view kMetadata = "__metadata__";

// Bounds the memory that parsing a header takes (about 100 bytes a value).
constexpr std::ptrdiff_t kMaxHeaderValues = 1 << 20;

Error corrupt(const std::string& file, const std::string& problem) {
  return {ErrorCode::data_corrupt, file + ": " + problem, {}, {}};
}

Error tensor_corrupt(const std::string& file, std::string_view tensor, const std::string& problem) {
  return corrupt(file, "tensor \"" + std::string(tensor) + "\": " + problem);
}

Result<std::string_view> read_header_text(std::span<const std::byte> file, const std::string& name) {
  if (base::is_lfs_pointer({reinterpret_cast<const char*>(file.data()), file.size()})) {
    return corrupt(name, std::string(base::kLfsPointer));
  }
  std::uint64_t size = 0;
  if (file.size() < sizeof size) {
    return corrupt(name, "expected 8 bytes with the header's size, found " + std::to_string(file.size()));
  }
  std::memcpy(&size, file.data(), sizeof size);
  if (size > kMaxHeader) {
    return corrupt(name,
                   "header size: expected at most " + std::to_string(kMaxHeader) + ", found " + std::to_string(size));
  }
  if (size > file.size() - sizeof size) {
    return corrupt(name, "header size: " + std::to_string(size) + " bytes do not fit into a file of " +
                             std::to_string(file.size()));
  }
  const std::string_view text(reinterpret_cast<const char*>(file.data()) + sizeof size, size);
  if (!text.starts_with('{')) return corrupt(name, "header: expected a JSON object at byte 8");
  if (std::count(text.begin(), text.end(), ',') + std::count(text.begin(), text.end(), '[') > kMaxHeaderValues) {
    return Error{
        ErrorCode::unsupported, name + ": header: more than " + std::to_string(kMaxHeaderValues) + " values", {}, {}};
  }
  return text;
}

Result<void> read_metadata(const JsonValue& object, SafetensorsTable& table) {
  return object.for_each_member([&](std::string_view key, const JsonValue& value) -> Result<void> {
    const auto text = value.as_string();
    if (!text) return text.error();
    table.metadata.emplace_back(key, *text);
    return {};
  });
}

Result<void> read_shape(const JsonValue& array, TensorEntry& entry) {
  return array.for_each_element([&](std::size_t, const JsonValue& value) -> Result<void> {
    const auto size = value.as_uint();
    if (!size) return size.error();
    entry.shape.push_back(*size);
    return {};
  });
}

Result<void> read_offsets(const JsonValue& array, TensorEntry& entry) {
  std::vector<std::uint64_t> offsets;
  auto outcome = array.for_each_element([&](std::size_t, const JsonValue& value) -> Result<void> {
    const auto offset = value.as_uint();
    if (!offset) return offset.error();
    offsets.push_back(*offset);
    return {};
  });
  if (!outcome) return outcome;
  if (offsets.size() != 2) return array.corrupt("expected two offsets, found " + std::to_string(offsets.size()));
  if (offsets[0] > offsets[1]) return array.corrupt("begin is behind end");
  entry.begin = offsets[0];
  entry.end = offsets[1];
  return {};
}

Result<TensorEntry> read_entry(std::string_view name, const JsonValue& object) {
  TensorEntry entry;
  entry.name = name;
  bool has_dtype = false;
  bool has_shape = false;
  bool has_offsets = false;
  // Visits members instead of looking them up, so that a key that comes twice is seen.
  auto outcome = object.for_each_member([&](std::string_view key, const JsonValue& value) -> Result<void> {
    bool* const seen = key == "dtype"          ? &has_dtype
                       : key == "shape"        ? &has_shape
                       : key == "data_offsets" ? &has_offsets
                                               : nullptr;
    if (seen == nullptr) return value.corrupt("unknown key, expected dtype, shape or data_offsets");
    if (*seen) return value.corrupt("the key comes twice");
    *seen = true;
    if (seen == &has_shape) return read_shape(value, entry);
    if (seen == &has_offsets) return read_offsets(value, entry);
    const auto text = value.as_string();
    if (!text) return text.error();
    const auto dtype = dtype_named(*text);
    if (!dtype) return value.corrupt("unknown dtype \"" + std::string(*text) + "\"");
    entry.dtype = *dtype;
    return {};
  });
  if (!outcome) return outcome.error();
  if (!has_dtype) return object.corrupt("\"dtype\" is missing");
  if (!has_shape) return object.corrupt("\"shape\" is missing");
  if (!has_offsets) return object.corrupt("\"data_offsets\" is missing");
  return entry;
}

// Bytes that dtype and shape ask for; nothing where 64 bits cannot hold their bits.
std::optional<std::uint64_t> byte_size(const TensorEntry& entry) {
  std::uint64_t total = bits(entry.dtype);
  for (const std::uint64_t size : entry.shape) {
    if (size != 0 && total > std::numeric_limits<std::uint64_t>::max() / size) return std::nullopt;
    total *= size;
  }
  if (total % 8 != 0) return std::nullopt;
  return total / 8;
}

Result<void> check_size(const TensorEntry& entry, const std::string& file) {
  const auto expected = byte_size(entry);
  if (!expected) return tensor_corrupt(file, entry.name, "shape: its size is no whole number of bytes below 2^61");
  if (*expected != entry.end - entry.begin) {
    return tensor_corrupt(file, entry.name,
                          "data_offsets: expected " + std::to_string(*expected) + " bytes for " +
                              std::string(to_string(entry.dtype)) + " and this shape, found " +
                              std::to_string(entry.end - entry.begin));
  }
  return {};
}

// Ranges in the order of the data must follow one another without hole or overlap, from 0 to `data_size`.
Result<void> check_layout(const std::vector<TensorEntry>& tensors, std::uint64_t data_size, const std::string& file) {
  std::vector<const TensorEntry*> order;
  order.reserve(tensors.size());
  for (const auto& entry : tensors) order.push_back(&entry);
  std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::uint64_t expected = 0;
  for (const TensorEntry* entry : order) {
    if (entry->begin != expected) {
      return tensor_corrupt(file, entry->name,
                            "data_offsets: " + std::string(entry->begin < expected ? "overlap" : "hole") +
                                ": expected begin " + std::to_string(expected) + ", found " +
                                std::to_string(entry->begin));
    }
    expected = entry->end;
    if (expected > data_size) {
      return tensor_corrupt(file, entry->name,
                            "data_offsets: end " + std::to_string(expected) + " is behind the data's end at " +
                                std::to_string(data_size));
    }
  }
  if (expected != data_size) {
    return corrupt(file, "expected " + std::to_string(expected) + " bytes of data, found " + std::to_string(data_size));
  }
  return {};
}

Result<SafetensorsTable> read_table(const JsonValue& root, const std::string& file) {
  SafetensorsTable table;
  bool has_metadata = false;
  auto outcome = root.for_each_member([&](std::string_view key, const JsonValue& value) -> Result<void> {
    if (key == kMetadata) {
      if (has_metadata) return value.corrupt("the key comes twice");
      has_metadata = true;
      return read_metadata(value, table);
    }
    auto entry = read_entry(key, value);
    if (!entry) return entry.error();
    table.tensors.push_back(std::move(*entry));
    return {};
  });
  if (!outcome) return outcome.error();
  const auto by_name = [](const TensorEntry& a, const TensorEntry& b) { return a.name < b.name; };
  std::sort(table.tensors.begin(), table.tensors.end(), by_name);
  const auto same = [](const TensorEntry& a, const TensorEntry& b) { return a.name == b.name; };
  const auto twice = std::adjacent_find(table.tensors.begin(), table.tensors.end(), same);
  if (twice != table.tensors.end()) return tensor_corrupt(file, twice->name, "the name comes twice");
  return table;
}

}  // namespace

Result<SafetensorsTable> parse_safetensors(std::span<const std::byte> file, const std::string& name) {
  const auto text = read_header_text(file, name);
  if (!text) return text.error();
  const auto header = base::JsonDocument::parse(*text, name + ": header");
  if (!header) return header.error();
  auto table = read_table(header->root(), name);
  if (!table) return table.error();
  table->data_begin = sizeof(std::uint64_t) + text->size();
  for (const auto& entry : table->tensors) {
    if (auto outcome = check_size(entry, name); !outcome) return outcome.error();
  }
  if (auto outcome = check_layout(table->tensors, file.size() - table->data_begin, name); !outcome) {
    return outcome.error();
  }
  return table;
}

SafetensorsFile::SafetensorsFile(std::string name, base::MmapFile file, SafetensorsTable table)
    : name_(std::make_unique<const std::string>(std::move(name))), file_(std::move(file)), table_(std::move(table)) {}

Result<SafetensorsFile> SafetensorsFile::open(const std::filesystem::path& path) {
  auto file = base::MmapFile::open(path);
  if (!file) return file.error();
  auto table = parse_safetensors(file->bytes(), path.filename().string());
  if (!table) {
    table.error().detail = path.string();
    return table.error();
  }
  return SafetensorsFile(path.filename().string(), std::move(*file), std::move(*table));
}

Tensor SafetensorsFile::tensor(std::size_t index) const {
  const auto& entry = table_.tensors[index];
  const auto bytes = file_.bytes().subspan(table_.data_begin + entry.begin, entry.end - entry.begin);
  return {*name_, entry.name, entry.dtype, entry.shape, bytes};
}

std::size_t SafetensorsFile::find(std::string_view name) const {
  const auto entry = std::lower_bound(table_.tensors.begin(), table_.tensors.end(), name,
                                      [](const TensorEntry& a, std::string_view b) { return a.name < b; });
  if (entry == table_.tensors.end() || entry->name != name) return size();
  return static_cast<std::size_t>(entry - table_.tensors.begin());
}

}  // namespace akidb::embedding::model
