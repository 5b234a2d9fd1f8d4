#include <akidb/embedding/hub.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/json_object.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {
namespace {

struct Verified {
  std::string model;
  VerifyReport report;
};

// The models that are named, or all that came from the hub.
Result<std::vector<std::string>> models_of(const Invocation& invocation) {
  if (!invocation.arguments.empty()) return invocation.arguments;
  const auto models = list_models(hub_options(invocation.values));
  if (!models) return models.error();
  std::vector<std::string> names;
  for (const auto& model : *models) {
    if (model.from_hub) names.push_back(model.model);
  }
  return names;
}

std::string table(const std::vector<Verified>& all) {
  std::string out;
  for (const auto& [model, report] : all) {
    for (const auto& problem : report.problems) {
      out += model + ": " + problem.file + ": " + problem.problem + (problem.repaired ? " (repaired)" : "") + "\n";
    }
    out += model + ": " + std::to_string(report.checked) + " files, " + size_text(report.bytes) + ": " +
           (report.problems.empty() ? "as they should be" : std::to_string(report.problems.size()) + " damaged");
    if (report.unknown > 0) out += "; " + std::to_string(report.unknown) + " without a digest";
    out += "\n";
  }
  return out.empty() ? "no models from the hub\n" : out;
}

std::string problem_json(const FileProblem& problem) {
  return JsonObject()
      .add("file", problem.file)
      .add_or_null("commit", problem.commit)
      .add("problem", problem.problem)
      .add("repaired", problem.repaired)
      .text();
}

std::string verified_json(const Verified& verified) {
  return JsonObject()
      .add("model", verified.model)
      .add("checked", static_cast<std::uint64_t>(verified.report.checked))
      .add("bytes", verified.report.bytes)
      .add("unknown", static_cast<std::uint64_t>(verified.report.unknown))
      .raw("problems", json_array(verified.report.problems, problem_json))
      .text();
}

std::size_t unrepaired(const std::vector<Verified>& all) {
  std::size_t count = 0;
  for (const auto& verified : all) {
    for (const auto& problem : verified.report.problems) count += problem.repaired ? 0 : 1;
  }
  return count;
}

}  // namespace

Result<void> run_verify(const Invocation& invocation, Console& console) {
  const Values& values = invocation.values;
  const auto names = models_of(invocation);
  if (!names) return names.error();
  std::vector<Verified> all;
  for (const auto& name : *names) {
    DownloadWatcher watcher(console, values);
    auto options = hub_options(values);
    options.on_progress = watcher.callback();
    auto report = verify_model(name, values.on("repair"), options);
    if (!report) return report.error();
    all.push_back({name, *std::move(report)});
  }
  const auto text = values.on("json") ? json_array(all, verified_json) + "\n" : table(all);
  if (auto printed = print(text); !printed) return printed;
  const std::size_t damaged = unrepaired(all);
  if (damaged == 0) return {};
  return Error{ErrorCode::data_corrupt,
               std::to_string(damaged) + (damaged == 1 ? " file is" : " files are") +
                   " damaged; --repair downloads what is damaged again",
               {},
               {}};
}

}  // namespace akidb::embedding::cli
