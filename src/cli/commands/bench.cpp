#include <algorithm>

#include "base/cpu_topology.hpp"
#include "cli/commands/bench_measure.hpp"
#include "cli/commands/bench_texts.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/json_object.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kShortText = 8;
constexpr std::size_t kParts = 5;  // the latency and four throughputs share the time

struct Part {
  std::string name;  // "32 tokens"
  Throughput measured;
};

struct Figures {
  ModelInfo model;
  base::CpuTopology cpu;
  double open_ms = 0;
  Latency latency;
  std::vector<Part> parts;
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// As many texts of a length as take about a fourth of a part's time, so that there are a few rounds.
Result<std::size_t> texts_of_a_round(EmbeddingProvider& provider, const std::vector<std::string>& sample,
                                     Seconds time) {
  if (auto warm = measure_throughput(provider, sample, Seconds(0)); !warm) return warm.error();
  const auto measured = measure_throughput(provider, sample, Seconds(0));
  if (!measured) return measured.error();
  const double wanted = time.count() / 4 * measured->texts_per_second();
  return static_cast<std::size_t>(std::clamp(wanted, 16.0, 4096.0));
}

template <class MakeTexts>
Result<Part> measure_part(EmbeddingProvider& provider, std::string name, Seconds time, const MakeTexts& make) {
  const auto count = texts_of_a_round(provider, make(16), time);
  if (!count) return count.error();
  auto measured = measure_throughput(provider, make(*count), time);
  if (!measured) return measured.error();
  return Part{std::move(name), *measured};
}

Result<Figures> measure(const Values& values) {
  const Seconds part_time(static_cast<double>(values.count("seconds")) / kParts);
  Figures figures;
  const auto begin = std::chrono::steady_clock::now();
  const auto provider = open(provider_options(values));
  if (!provider) return provider.error();
  figures.open_ms = Seconds(std::chrono::steady_clock::now() - begin).count() * 1e3;
  auto info = (*provider)->model_info();
  if (!info) return info.error();
  figures.model = *std::move(info);
  figures.cpu = base::cpu_topology();

  const Tokenizer* tokenizer = (*provider)->tokenizer();
  const auto latency = measure_latency(**provider, bench_texts(tokenizer, 1, kShortText)[0], part_time);
  if (!latency) return latency.error();
  figures.latency = *latency;
  for (const std::size_t tokens : {32U, 128U, 256U}) {
    if (tokens > figures.model.max_tokens) continue;
    auto part = measure_part(**provider, std::to_string(tokens) + " tokens", part_time,
                             [&](std::size_t count) { return bench_texts(tokenizer, count, tokens); });
    if (!part) return part.error();
    figures.parts.push_back(*std::move(part));
  }
  const std::size_t longest = std::min<std::size_t>(figures.model.max_tokens, 256);
  auto mixed = measure_part(**provider, "mixed, up to " + std::to_string(longest), part_time,
                            [&](std::size_t count) { return mixed_bench_texts(tokenizer, count, longest); });
  if (!mixed) return mixed.error();
  figures.parts.push_back(*std::move(mixed));
  return figures;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

std::string left(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string table(const Figures& figures) {
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
    out += left(part.name, 22) + right(grouped(static_cast<std::uint64_t>(part.measured.texts_per_second())), 10) +
           right(grouped(static_cast<std::uint64_t>(part.measured.tokens_per_second())), 12) +
           right(std::to_string(part.measured.rounds) + " x " + std::to_string(part.measured.texts), 14) + "\n";
  }
  return out;
}

std::string part_json(const Part& part) {
  return JsonObject()
      .add("texts_of", part.name)
      .add("texts", part.measured.texts)
      .add("tokens", part.measured.tokens)
      .add("rounds", part.measured.rounds)
      .add("texts_per_second", part.measured.texts_per_second(), 2)
      .add("tokens_per_second", part.measured.tokens_per_second(), 1)
      .text();
}

std::string json(const Figures& figures) {
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

}  // namespace

Result<void> run_bench(const Invocation& invocation, Console& /*console*/) {
  const auto figures = measure(invocation.values);
  if (!figures) return figures.error();
  return print(invocation.values.on("json") ? json(*figures) : table(*figures));
}

}  // namespace akidb::embedding::cli
