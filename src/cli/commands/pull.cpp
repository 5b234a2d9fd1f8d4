#include <akidb/embedding/hub.hpp>

#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/json_object.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {
namespace {

std::string table(const std::string& name, const PulledModel& model) {
  std::string out = "model     " + name + "\n";
  out += "commit    " + model.commit + "\n";
  out += "folder    " + model.folder.string() + "\n";
  out += "weights   " + model.weights + " (" + model.reason + ")\n";
  out += "files     " + std::to_string(model.files.size()) + ", " + size_text(model.bytes) + "; ";
  return out + (model.downloaded == 0 ? "all were here" : size_text(model.downloaded) + " downloaded") + "\n";
}

std::string json(const std::string& name, const PulledModel& model) {
  const auto file = [](const PulledFile& each) {
    return JsonObject().add("path", each.path).add("bytes", each.bytes).text();
  };
  return JsonObject()
             .add("model", name)
             .add("commit", model.commit)
             .add("folder", model.folder.string())
             .add("weights", model.weights)
             .add("reason", model.reason)
             .raw("files", json_array(model.files, file))
             .add("bytes", model.bytes)
             .add("downloaded", model.downloaded)
             .text() +
         "\n";
}

}  // namespace

Result<void> run_pull(const Invocation& invocation, Console& console) {
  const Values& values = invocation.values;
  if (invocation.arguments.size() > 1) {
    return Error{ErrorCode::invalid_argument,
                 "pull: expected one model, got " + std::to_string(invocation.arguments.size()),
                 {},
                 {}};
  }
  PullOptions options;
  if (!invocation.arguments.empty()) options.model = invocation.arguments.front();
  options.revision = values.text("revision");
  options.dtype = dtype_of(values);
  options.provider = provider_of(values);
  options.onnx_file = values.text("onnx-file");
  options.hub = hub_options(values);
  auto pulled = [&] {
    DownloadWatcher watcher(console, values);
    options.hub.on_progress = watcher.callback();
    return pull_model(options);
  }();
  if (!pulled) return pulled.error();
  return print(values.on("json") ? json(options.model, *pulled) : table(options.model, *pulled));
}

}  // namespace akidb::embedding::cli
