#include "backend/onnx/execution_report.hpp"

#include <set>

#include "base/json.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

constexpr std::size_t kLargestProfile = 256U << 20U;

}  // namespace

Result<ExecutionReport> read_profile(const std::filesystem::path& file) {
  const auto document = base::JsonDocument::read(file, kLargestProfile);
  if (!document) return document.error();
  ExecutionReport report;
  std::set<std::string> seen;  // a node that ran twice counts once
  auto outcome = document->root().for_each_element([&](std::size_t, const base::JsonValue& event) -> Result<void> {
    const auto category = event.string_or("cat", "");
    const auto name = event.string_or("name", "");
    if (!category || !name || *category != "Node" || !name->ends_with("_kernel_time")) return {};
    const auto arguments = event.find("args");
    const auto provider = arguments ? arguments->string_or("provider", "") : Result<std::string>(std::string());
    if (provider && !provider->empty() && seen.insert(*name).second) ++report[*provider];
    return {};
  });
  if (!outcome) return outcome.error();
  return report;
}

std::string describe(const ExecutionReport& report) {
  std::size_t all = 0;
  for (const auto& [provider, nodes] : report) all += nodes;
  std::string text;
  for (const auto& [provider, nodes] : report) {
    text +=
        (text.empty() ? "" : ", ") + provider + " " + std::to_string(nodes) + " of " + std::to_string(all) + " nodes";
  }
  return text.empty() ? "unknown" : text;
}

}  // namespace akidb::embedding::backend::onnx
