#include <akidb/embedding/hub.hpp>
#include <algorithm>

#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/json_object.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"
#include "cli/terminal/width.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kCommitShown = 12;
constexpr std::size_t kSize = 10;

std::string shown(const CachedSnapshot& snapshot) {
  std::string text = snapshot.commit.empty() ? "from set-up" : snapshot.commit.substr(0, kCommitShown);
  for (const auto& ref : snapshot.refs) text += " " + ref;
  if (snapshot.missing > 0) text += ", " + std::to_string(snapshot.missing) + " files missing";
  return text;
}

std::string row(const CachedModel& model, std::size_t width) {
  std::string line = padded(model.model, width) + "  ";
  const std::string size = size_text(model.bytes);
  line += std::string(kSize - std::min(kSize, size.size()), ' ') + size;
  std::string snapshots;
  for (const auto& snapshot : model.snapshots) snapshots += (snapshots.empty() ? "  " : "; ") + shown(snapshot);
  line += snapshots.empty() ? "  no revision is whole" : snapshots;
  if (model.partial_bytes > 0) line += "; " + size_text(model.partial_bytes) + " of a download that was broken off";
  return line + "\n";
}

std::string table(const std::vector<CachedModel>& models) {
  if (models.empty()) return "no models: akidb-embed pull MODEL brings one\n";
  std::size_t width = 0;
  for (const auto& model : models) width = std::max(width, display_width(model.model));
  std::string out;
  for (const auto& model : models) out += row(model, width);
  return out;
}

std::string snapshot_json(const CachedSnapshot& snapshot) {
  return JsonObject()
      .add_or_null("commit", snapshot.commit)
      .add("refs", snapshot.refs)
      .add("files", static_cast<std::uint64_t>(snapshot.files))
      .add("missing", static_cast<std::uint64_t>(snapshot.missing))
      .text();
}

std::string model_json(const CachedModel& model) {
  return JsonObject()
      .add("model", model.model)
      .add("folder", model.folder.string())
      .add("from_hub", model.from_hub)
      .add("bytes", model.bytes)
      .add("partial_bytes", model.partial_bytes)
      .raw("snapshots", json_array(model.snapshots, snapshot_json))
      .text();
}

}  // namespace

Result<void> run_list(const Invocation& invocation, Console& /*console*/) {
  const Values& values = invocation.values;
  if (!invocation.arguments.empty()) {
    return Error{
        ErrorCode::invalid_argument, "list: expected no arguments, got '" + invocation.arguments[0] + "'", {}, {}};
  }
  const auto models = list_models(hub_options(values));
  if (!models) return models.error();
  return print(values.on("json") ? json_array(*models, model_json) + "\n" : table(*models));
}

}  // namespace akidb::embedding::cli
