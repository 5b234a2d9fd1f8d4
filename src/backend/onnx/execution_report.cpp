#include "backend/onnx/execution_report.hpp"

#include <set>

#include "base/json.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

constexpr std::size_t kLargestProfile = 256U << 20U;

std::uint64_t duration_of(const base::JsonValue& event) { return event.uint_or("dur", 0).value_or(0); }

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
    if (!provider || provider->empty()) return {};
    auto& ran = report[*provider];
    if (seen.insert(*name).second) ++ran.nodes;
    ran.microseconds += duration_of(event);
    return {};
  });
  if (!outcome) return outcome.error();
  return report;
}

std::string describe(const ExecutionReport& report) {
  Ran all;
  for (const auto& [provider, ran] : report) {
    all.nodes += ran.nodes;
    all.microseconds += ran.microseconds;
  }
  std::string text;
  for (const auto& [provider, ran] : report) {
    text += (text.empty() ? "" : ", ") + provider + " " + std::to_string(ran.nodes) + " of " +
            std::to_string(all.nodes) + " nodes";
    if (report.size() == 1 || all.microseconds == 0) continue;
    text +=
        " (" + std::to_string((100 * ran.microseconds + all.microseconds / 2) / all.microseconds) + " % of the time)";
  }
  return text.empty() ? "unknown" : text;
}

std::optional<double> node_share(const ExecutionReport& report, std::string_view execution_provider) {
  std::size_t all = 0;
  std::size_t there = 0;
  for (const auto& [provider, ran] : report) {
    all += ran.nodes;
    if (provider == execution_provider) there += ran.nodes;
  }
  if (all == 0) return std::nullopt;
  return static_cast<double>(there) / static_cast<double>(all);
}

}  // namespace akidb::embedding::backend::onnx
