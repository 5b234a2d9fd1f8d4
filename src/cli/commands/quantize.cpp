#include <akidb/embedding/quantize.hpp>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "cli/commands/commands.hpp"
#include "cli/commands/quantize_report.hpp"
#include "cli/output/output_file.hpp"

namespace akidb::embedding::cli {
namespace {

namespace fs = std::filesystem;

Error wrong(const std::string& message, std::string detail = {}) {
  return {ErrorCode::invalid_argument, "quantize: " + message, std::move(detail), {}};
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Result<std::optional<double>> bound(const Values& values, const char* flag) {
  const std::string& text = values.text(flag);
  if (text.empty()) return std::optional<double>();
  const auto value = number(text);
  if (!value || !(*value >= -1 && *value <= 1)) {
    return wrong(std::string("--") + flag + ": expected a number up to 1, got \"" + text + "\"");
  }
  return value;
}

// None where the flag is not given.
Result<std::vector<std::string>> lines_of(const Values& values, const char* flag) {
  std::vector<std::string> lines;
  const std::string& file = values.text(flag);
  if (file.empty()) return lines;
  std::error_code failure;
  std::ifstream stream(file, std::ios::binary);
  if (!stream || fs::is_directory(file, failure))
    return wrong("cannot read " + fs::path(file).filename().string(), file);
  for (std::string line; std::getline(stream, line);) {
    if (line.ends_with('\r')) line.pop_back();
    lines.push_back(std::move(line));
  }
  if (lines.empty()) return wrong("--" + std::string(flag) + ": the file has no lines", file);
  return lines;
}

Result<std::vector<LabelledPair>> pairs_of(const Values& values) {
  const auto lines = lines_of(values, "pairs");
  if (!lines) return lines.error();
  std::vector<LabelledPair> pairs;
  for (const auto& line : *lines) {
    const auto first = line.find('\t');
    const auto second = first == std::string::npos ? first : line.find('\t', first + 1);
    const auto score = second == std::string::npos ? std::nullopt : number(std::string_view(line).substr(0, first));
    if (!score) {
      return wrong("--pairs: " + fs::path(values.text("pairs")).filename().string() + ": line " +
                   std::to_string(pairs.size() + 1) +
                   ": expected a finite number, a text and a text, with tabs between them");
    }
    pairs.push_back({line.substr(first + 1, second - first - 1), line.substr(second + 1), *score});
  }
  return pairs;
}

// "all-MiniLM-L6-v2-int8.onnx"
fs::path default_output(const std::string& model, const std::string& to) {
  auto path = fs::path(model).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.extension() == ".onnx" ? path.stem().string() : path.filename().string();
  return (name.empty() || name == "." || name == ".." ? "model" : name) + "-" + to + ".onnx";
}

Result<QuantizeOptions> options_of(const Invocation& invocation) {
  const Values& values = invocation.values;
  if (invocation.arguments.size() != 1) {
    return wrong("expected a model, got " + std::to_string(invocation.arguments.size()) + " arguments");
  }
  QuantizeOptions options;
  options.model = invocation.arguments[0];
  options.revision = values.text("revision");
  options.tokenizer = values.text("tokenizer");
  const std::string& to = values.text("to");
  options.to = to == "fp16"   ? Quantization::fp16
               : to == "int8" ? Quantization::int8_dynamic
                              : Quantization::int8_static;
  options.output = values.text("output").empty() ? default_output(options.model, to) : fs::path(values.text("output"));
  options.per_channel = !values.on("per-tensor");
  if (values.text("reduce-range") != "auto") options.reduced_range = values.text("reduce-range") == "yes";
  options.cache = values.text("cache");
  options.hub_cache = values.text("hub-cache");
  options.offline = values.on("offline");
  options.onnxruntime = values.text("onnxruntime");

  auto calibration = lines_of(values, "calibration");
  if (!calibration) return calibration.error();
  options.calibration = std::move(*calibration);
  auto texts = lines_of(values, "texts");
  if (!texts) return texts.error();
  options.texts = std::move(*texts);
  auto pairs = pairs_of(values);
  if (!pairs) return pairs.error();
  options.pairs = std::move(*pairs);
  const auto cosine = bound(values, "min-cosine");
  if (!cosine) return cosine.error();
  options.least_cosine = *cosine;
  const auto overlap = bound(values, "min-overlap");
  if (!overlap) return overlap.error();
  options.least_neighbor_overlap = *overlap;
  return options;
}

}  // namespace

Result<void> run_quantize(const Invocation& invocation, Console& /*console*/) {
  const auto options = options_of(invocation);
  if (!options) return options.error();
  std::error_code ignored;
  const bool is_graph = options->output.extension() == ".onnx" && fs::is_regular_file(options->output, ignored);
  if (is_graph && !invocation.values.on("force")) {
    return wrong(options->output.string() + " is there already; --force replaces it, --output names another file");
  }
  const auto report = quantize_onnx(*options);
  if (!report) return report.error();
  return print(invocation.values.on("json") ? quantize_json(*report) : quantize_table(*report));
}

}  // namespace akidb::embedding::cli
