#include <akidb/embedding/hub.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {

Result<void> run_remove(const Invocation& invocation, Console& /*console*/) {
  if (invocation.arguments.empty()) {
    return Error{
        ErrorCode::invalid_argument, "remove: expected a model, got none; akidb-embed list shows them", {}, {}};
  }
  for (const auto& model : invocation.arguments) {
    const auto removed = remove_model(model, hub_options(invocation.values));
    if (!removed) return removed.error();
    for (const auto& folder : removed->folders) {
      if (auto printed = print("removed " + folder.string() + "\n"); !printed) return printed;
    }
    if (auto printed = print(model + ": " + size_text(removed->bytes) + " freed\n"); !printed) return printed;
  }
  return {};
}

}  // namespace akidb::embedding::cli
