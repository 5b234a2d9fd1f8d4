// What really ran where, read back from ONNX Runtime's profile of a run.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <map>
#include <string>

namespace akidb::embedding::backend::onnx {

// Nodes of the graph that ran, by execution provider.
using ExecutionReport = std::map<std::string, std::size_t>;

// Reads the JSON that profiling writes (Chrome's trace event format): events of category "Node" whose name
// ends in "_kernel_time" carry the execution provider in args.provider.
Result<ExecutionReport> read_profile(const std::filesystem::path& file);

// "CPUExecutionProvider 143 of 143 nodes".
std::string describe(const ExecutionReport& report);

}  // namespace akidb::embedding::backend::onnx
