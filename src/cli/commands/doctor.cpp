#include <akidb/embedding/doctor.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/doctor_report.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/output_file.hpp"

namespace akidb::embedding::cli {

// The report goes out whatever it says; the exit code is that of the model's problem, which stands in the report.
Result<void> run_doctor(const Invocation& invocation, Console& console) {
  const auto diagnosis = [&] {
    DownloadWatcher watcher(console, invocation.values);
    auto options = provider_options(invocation.values);
    options.on_download = watcher.callback();
    return diagnose(options);
  }();
  const bool json = invocation.values.on("json");
  if (auto printed = print(json ? doctor_json(diagnosis) : doctor_table(diagnosis)); !printed) return printed;
  if (diagnosis.works()) return {};
  return Error{
      diagnosis.model.problem->code, "the model does not work here; \"problem\" in the report says why", {}, {}};
}

}  // namespace akidb::embedding::cli
