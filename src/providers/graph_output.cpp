#include "providers/graph_output.hpp"

#include <string>
#include <system_error>

#include "base/folder.hpp"

namespace akidb::embedding::providers {
namespace {

namespace fs = std::filesystem;

Error wrong_output(const std::string& expected, const fs::path& output, const fs::path& detail) {
  return {ErrorCode::invalid_argument,
          "output: expected " + expected + ", got \"" + output.string() + "\"",
          detail.string(),
          {}};
}

}  // namespace

Result<void> check_graph_output(const fs::path& output, const fs::path& source) {
  if (output.extension() != ".onnx") return wrong_output("a name that ends in .onnx", output, output);
  std::error_code failure;
  const auto status = fs::status(output, failure);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return wrong_output("a file's name, not that of a folder or a device", output, output);
  }
  const auto folder = base::folder_of(output);
  if (!fs::is_directory(folder, failure)) return wrong_output("a file in a folder that is there", output, folder);
  if (fs::equivalent(output, source, failure)) {
    return wrong_output("another file than the graph that is read", output, source);
  }
  return {};
}

}  // namespace akidb::embedding::providers
