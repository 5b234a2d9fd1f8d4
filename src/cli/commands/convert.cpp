#include <akidb/embedding/convert.hpp>
#include <filesystem>
#include <system_error>

#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/output/json_object.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {
namespace {

// "all-MiniLM-L6-v2.onnx" for an id or a folder of that name.
std::string default_output(const std::string& model) {
  auto path = std::filesystem::path(model).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename().string();
  return (name.empty() || name == "." || name == ".." ? "model" : name) + ".onnx";
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string scientific(double value) {
  std::string out;
  append_float(static_cast<float>(value), out);
  return out;
}

std::string table(const ConvertReport& report) {
  std::string out = "graph       " + report.graph.string() + "\n";
  if (!report.weights.empty()) out += "weights     " + report.weights.string() + "\n";
  out += "size        " + grouped(report.bytes) + " bytes, " + grouped(report.parameters) + " parameters, " +
         grouped(report.nodes) + " nodes, opset " + std::to_string(report.opset) + "\n";
  out += "inputs      " + joined(report.inputs) + "\n";
  out += "outputs     " + joined(report.outputs) + "\n";
  out += "checker     passed\n";
  out += "run         " + (report.ran ? std::string("by ONNX Runtime: finite vectors") : "no: " + report.not_run_why) +
         "\n";
  if (report.comparison) {
    out += "compared    with " + report.comparison->with + ": largest difference " +
           scientific(report.comparison->largest_difference) + ", least cosine " +
           fixed(report.comparison->least_cosine, 9) + " over " + grouped(report.comparison->tokens) + " tokens of " +
           std::to_string(report.comparison->texts) + " texts\n";
  } else if (report.ran) {
    out += "compared    no: the model was published without an ONNX graph\n";
  }
  return out;
}

std::string comparison_json(const GraphComparison& comparison) {
  return JsonObject()
      .add("with", comparison.with)
      .add("texts", comparison.texts)
      .add("tokens", comparison.tokens)
      .raw("largest_difference", scientific(comparison.largest_difference))
      .add("least_cosine", comparison.least_cosine, 12)
      .text();
}

std::string json(const ConvertReport& report) {
  return JsonObject()
             .add("graph", report.graph.string())
             .add_or_null("weights", report.weights.string())
             .add("bytes", report.bytes)
             .add("parameters", report.parameters)
             .add("nodes", report.nodes)
             .raw("opset", std::to_string(report.opset))
             .add("inputs", report.inputs)
             .add("outputs", report.outputs)
             .add("checker", true)
             .add("ran", report.ran)
             .add_or_null("not_run_why", report.not_run_why)
             .raw("comparison", report.comparison ? comparison_json(*report.comparison) : "null")
             .text() +
         "\n";
}

// A graph and its weights belong together: where one of them is there, both would be replaced. A name that is no
// graph's is refused whether or not something is there.
Result<void> check_not_there(const std::filesystem::path& graph) {
  if (graph.extension() != ".onnx") return {};
  auto weights = graph;
  weights += ".data";
  for (const auto& path : {graph, weights}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) {
      return Error{ErrorCode::invalid_argument,
                   "convert: " + path.string() + " is there already; --force replaces it, --output names another file",
                   {},
                   {}};
    }
  }
  return {};
}

}  // namespace

Result<void> run_convert(const Invocation& invocation, Console& console) {
  const Values& values = invocation.values;
  if (invocation.arguments.size() != 1) {
    return Error{ErrorCode::invalid_argument,
                 "convert: expected a model, got " + std::to_string(invocation.arguments.size()) + " arguments",
                 {},
                 {}};
  }
  ConvertOptions options;
  options.model = invocation.arguments[0];
  options.revision = values.text("revision");
  options.output = values.text("output").empty() ? default_output(options.model) : values.text("output");
  if (!values.on("force")) {
    if (auto free = check_not_there(options.output); !free) return free;
  }
  options.cache = values.text("cache");
  options.hub_cache = values.text("hub-cache");
  options.offline = values.on("offline");
  options.onnxruntime = values.text("onnxruntime");
  const auto report = [&] {
    DownloadWatcher watcher(console, values);
    options.on_download = watcher.callback();
    return convert_to_onnx(options);
  }();
  if (!report) return report.error();
  return print(values.on("json") ? json(*report) : table(*report));
}

}  // namespace akidb::embedding::cli
