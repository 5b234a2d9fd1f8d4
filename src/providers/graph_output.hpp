// Where a graph that is made here may be written.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>

namespace akidb::embedding::providers {

// invalid_argument for a name that does not end in ".onnx", by which all else here knows a graph, for what is there and
// no file, for a folder that is not there, and for `source`, the graph that is read.
Result<void> check_graph_output(const std::filesystem::path& output, const std::filesystem::path& source = {});

}  // namespace akidb::embedding::providers
