#include "providers/graph_output.hpp"

#include <system_error>

namespace akidb::embedding::providers {

Result<void> check_graph_output(const std::filesystem::path& output, const std::filesystem::path& source) {
  if (output.extension() != ".onnx") {
    return Error{ErrorCode::invalid_argument,
                 "output: expected a name that ends in .onnx, got \"" + output.string() + "\"",
                 output.string(),
                 {}};
  }
  std::error_code no_such_file;
  if (std::filesystem::equivalent(output, source, no_such_file)) {
    return Error{ErrorCode::invalid_argument,
                 "output: expected another file than the graph that is read, got \"" + output.string() + "\"",
                 source.string(),
                 {}};
  }
  return {};
}

}  // namespace akidb::embedding::providers
