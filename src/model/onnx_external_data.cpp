#include "model/onnx_external_data.hpp"

#include <charconv>
#include <map>
#include <system_error>

#include "model/relative_path.hpp"

namespace akidb::embedding::model {
namespace {

namespace fs = std::filesystem;

// What is wrong with a file, or nothing, and its size.
struct Examined {
  std::string problem;
  ErrorCode code = ErrorCode::data_corrupt;
  std::uint64_t size = 0;
};

bool leads_with_the_graph(const fs::path& file, const fs::path& graph) {
  std::error_code failure;
  const auto target = fs::canonical(file, failure);
  if (failure || !fs::is_symlink(graph, failure)) return false;
  const auto target_of_graph = fs::canonical(graph, failure);
  return !failure && target.parent_path() == target_of_graph.parent_path();
}

// Whether no folder between the graph's and the file is a link.
bool is_in_place(const fs::path& folder, const fs::path& location) {
  std::error_code failure;
  const fs::path here = folder.empty() ? fs::path(".") : folder;
  const auto real_folder = fs::canonical(here, failure);
  if (failure) return false;
  const auto real_parent = fs::canonical((here / location).parent_path(), failure);
  return !failure && real_parent == (location.has_parent_path() ? real_folder / location.parent_path() : real_folder);
}

Examined examine(const fs::path& graph, const fs::path& location) {
  const auto file = graph.parent_path() / location;
  std::error_code failure;
  const auto status = fs::symlink_status(file, failure);
  if (status.type() == fs::file_type::not_found)
    return {"there is no such file beside the graph", ErrorCode::not_found};
  if (status.type() == fs::file_type::symlink) {
    if (!leads_with_the_graph(file, graph)) return {"it is a symbolic link that leads elsewhere"};
  } else if (!is_in_place(graph.parent_path(), location)) {
    return {"a folder on the way to it is a symbolic link"};
  }
  if (!fs::is_regular_file(file, failure)) return {"it is no regular file"};
  if (fs::hard_link_count(file, failure) > 1) return {"it is a hard link: the file has other names too; copy it"};
  const auto size = fs::file_size(file, failure);
  if (failure) return {"it cannot be looked at"};
  return {{}, {}, size};
}

// Text of a file for a message: no byte of it may end the line or the terminal's state.
std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 100)) out += c >= ' ' && c <= '~' ? c : '?';
  return out;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Why the tensor does not lie in a file of `size` bytes; empty where it does.
std::string misplaced(const OnnxExternalTensor& tensor, std::uint64_t size) {
  const auto offset = tensor.offset.empty() ? std::uint64_t{0} : number(tensor.offset);
  if (!offset) return "offset: expected a number, found \"" + shown(tensor.offset) + "\"";
  const auto length = tensor.length.empty() ? tensor.bytes : number(tensor.length);
  if (!tensor.length.empty() && !length) return "length: expected a number, found \"" + shown(tensor.length) + "\"";
  if (length && tensor.bytes && *length != *tensor.bytes) {
    return "length: expected the " + std::to_string(*tensor.bytes) + " bytes of its shape, found " +
           shown(tensor.length);
  }
  if (*offset > size || length.value_or(0) > size - *offset) {
    return "expected " + std::to_string(length.value_or(0)) + " bytes at " + std::to_string(*offset) +
           ", but the file has " + std::to_string(size);
  }
  return {};
}

Error problem(const fs::path& graph, const OnnxExternalTensor& tensor, ErrorCode code, const std::string& what) {
  return {code,
          graph.filename().string() + ": external data of the tensor \"" + shown(tensor.name) + "\": location \"" +
              shown(tensor.location) + "\": " + what,
          graph.string(),
          {}};
}

}  // namespace

Result<void> check_onnx_external_data(const fs::path& graph, const OnnxFacts& facts) {
  std::map<std::string, Examined> files;
  for (const auto& tensor : facts.external) {
    std::string_view location = tensor.location;
    if (location.starts_with("./")) location.remove_prefix(2);
    if (location.empty() || !is_path_inside(location)) {
      return problem(graph, tensor, ErrorCode::data_corrupt, "expected a file in the graph's folder");
    }
    const auto [entry, is_new] = files.try_emplace(std::string(location));
    if (is_new) entry->second = examine(graph, location);
    const auto& file = entry->second;
    if (!file.problem.empty()) return problem(graph, tensor, file.code, file.problem);
    if (const auto what = misplaced(tensor, file.size); !what.empty()) {
      return problem(graph, tensor, ErrorCode::data_corrupt, what);
    }
  }
  return {};
}

}  // namespace akidb::embedding::model
