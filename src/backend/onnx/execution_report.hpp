// What really ran where, read back from ONNX Runtime's profile of a run.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace akidb::embedding::backend::onnx {

struct Ran {
  std::size_t nodes = 0;  // of the graph; what a device fuses is one node
  std::uint64_t microseconds = 0;
  friend bool operator==(const Ran&, const Ran&) = default;
};

// What ran, by execution provider.
using ExecutionReport = std::map<std::string, Ran>;

// Reads the JSON that profiling writes (Chrome's trace event format): events of category "Node" whose name
// ends in "_kernel_time" carry the execution provider in args.provider.
Result<ExecutionReport> read_profile(const std::filesystem::path& file);

// "CPUExecutionProvider 143 of 143 nodes"; with several providers, also each one's share of the time.
std::string describe(const ExecutionReport& report);

// The part of all nodes that ran on `execution_provider`, 0 to 1; nothing where the report is empty.
std::optional<double> node_share(const ExecutionReport& report, std::string_view execution_provider);

}  // namespace akidb::embedding::backend::onnx
