#include "cli/commands/bench_report.hpp"

#include <algorithm>

#include "cli/output/json_object.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

std::string left(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string part_json(const BenchPart& part) {
  return JsonObject()
      .add("texts_of", part.name)
      .add("texts", part.measured.texts)
      .add("tokens", part.measured.tokens)
      .add("rounds", part.measured.rounds)
      .add("texts_per_second", part.measured.texts_per_second(), 2)
      .add("tokens_per_second", part.measured.tokens_per_second(), 1)
      .text();
}

}  // namespace

std::string bench_table(const BenchFigures& figures) {
  const ModelInfo& model = figures.model;
  std::string out = left("model", 14) + model.model + ", " + model.dtype + "\n";
  out += left("runs on", 14) + model.device + ", " + std::to_string(model.threads) +
         (model.threads == 1 ? " thread" : " threads") + (model.runtime.empty() ? "" : ", " + model.runtime) + "\n";
  out += left("processor", 14) + figures.cpu.model_name + "\n";
  out += left("instructions", 14) + joined(figures.cpu.instruction_sets) + "\n";
  out += left("open", 14) + fixed(figures.open_ms, 0) + " ms\n\n";
  out += "one text of " + std::to_string(figures.latency.tokens) + " tokens: p50 " + fixed(figures.latency.p50_ms, 2) +
         " ms, p99 " + fixed(figures.latency.p99_ms, 2) + " ms (" + grouped(figures.latency.samples) + " samples)\n\n";
  out += left("many texts of", 22) + right("texts/s", 10) + right("tokens/s", 12) + right("rounds", 14) + "\n";
  for (const auto& part : figures.parts) {
    out += left(part.name, 22) + right(rate_text(part.measured.texts_per_second()), 10) +
           right(rate_text(part.measured.tokens_per_second()), 12) +
           right(std::to_string(part.measured.rounds) + " x " + std::to_string(part.measured.texts), 14) + "\n";
  }
  return out;
}

std::string bench_json(const BenchFigures& figures) {
  const std::string latency = JsonObject()
                                  .add("tokens", figures.latency.tokens)
                                  .add("samples", figures.latency.samples)
                                  .add("p50_ms", figures.latency.p50_ms, 4)
                                  .add("p99_ms", figures.latency.p99_ms, 4)
                                  .text();
  return JsonObject()
             .add("model", figures.model.model)
             .add("provider", figures.model.provider)
             .add("device", figures.model.device)
             .add("dtype", figures.model.dtype)
             .add("runtime", figures.model.runtime)
             .add("threads", figures.model.threads)
             .add("cpu", figures.cpu.model_name)
             .add("instruction_sets", figures.cpu.instruction_sets)
             .add("open_ms", figures.open_ms, 3)
             .raw("latency", latency)
             .raw("throughput", json_array(figures.parts, part_json))
             .text() +
         "\n";
}

}  // namespace akidb::embedding::cli
