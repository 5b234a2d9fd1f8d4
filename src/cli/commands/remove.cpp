#include <akidb/embedding/hub.hpp>
#include <iostream>
#include <string>
#include <vector>

#include "base/ascii.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {
namespace {

// What is removed comes again only where a hub, or set-up, can bring it.
Result<void> ask(const std::vector<std::string>& models, Console& console) {
  if (!input_is_terminal() || !error_is_terminal()) {
    return Error{
        ErrorCode::invalid_argument, "remove: expected --yes where nobody can be asked: this is no terminal", {}, {}};
  }
  std::string names;
  for (const auto& model : models) names += (names.empty() ? "" : ", ") + model;
  console.summary("Remove " + names + " from this machine, with all revisions? [y/N]");
  std::string answer;
  std::getline(std::cin, answer);
  answer = base::lower_ascii(answer);
  if (answer == "y" || answer == "yes") return {};
  return Error{ErrorCode::cancelled, "remove: nothing was removed", {}, {}};
}

}  // namespace

Result<void> run_remove(const Invocation& invocation, Console& console) {
  if (invocation.arguments.empty()) {
    return Error{
        ErrorCode::invalid_argument, "remove: expected a model, got none; akidb-embed list shows them", {}, {}};
  }
  if (!invocation.values.on("yes")) {
    if (auto agreed = ask(invocation.arguments, console); !agreed) return agreed;
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
