#include <algorithm>

#include "cli/commands/bench_report.hpp"
#include "cli/commands/bench_texts.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/output_file.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kShortText = 8;

struct PartPlan {
  std::string name;
  MakeTexts make;
};

std::vector<PartPlan> plans(const Tokenizer* tokenizer, std::size_t max_tokens) {
  std::vector<PartPlan> all;
  for (const std::size_t tokens : {32U, 128U, 256U}) {
    if (tokens > max_tokens) continue;
    all.push_back(
        {std::to_string(tokens) + " tokens", [=](std::size_t count) { return bench_texts(tokenizer, count, tokens); }});
  }
  const std::size_t longest = std::min<std::size_t>(max_tokens, 256);
  all.push_back({"mixed, up to " + std::to_string(longest),
                 [=](std::size_t count) { return mixed_bench_texts(tokenizer, count, longest); }});
  return all;
}

// Shows which part runs. Takes its line away at the end, whatever the end is.
class Stages {
 public:
  Stages(Console& console, const Values& values)
      : console_(console), shows_(values.choice_of("progress").value_or(error_is_terminal())) {}
  ~Stages() { clear(); }
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  void clear() { console_.progress(""); }
  void say(const std::string& what) {
    if (shows_) console_.progress(what + " ...");
  }
  // "measuring 32 tokens (2 of 5) ..."
  void part(const std::string& name, std::size_t number, std::size_t count) {
    say("measuring " + name + " (" + std::to_string(number) + " of " + std::to_string(count) + ")");
  }

 private:
  Console& console_;
  bool shows_;
};

Result<BenchFigures> measure(const Values& values, Stages& stages, Console& console) {
  BenchFigures figures;
  stages.say("opening the model");
  const auto begin = std::chrono::steady_clock::now();
  const auto provider = open_model(values, console);
  if (!provider) return provider.error();
  figures.open_ms = Seconds(std::chrono::steady_clock::now() - begin).count() * 1e3;
  auto info = (*provider)->model_info();
  if (!info) return info.error();
  figures.model = *std::move(info);
  figures.cpu = base::cpu_topology();

  const Tokenizer* tokenizer = (*provider)->tokenizer();
  const auto all = plans(tokenizer, figures.model.max_tokens);
  const std::size_t parts = all.size() + 1;  // the latency is one
  const Seconds part_time(static_cast<double>(values.count("seconds")) / static_cast<double>(parts));
  stages.part("the latency of a short text", 1, parts);
  const auto latency = measure_latency(**provider, bench_texts(tokenizer, 1, kShortText)[0], part_time);
  if (!latency) return latency.error();
  figures.latency = *latency;
  for (const auto& plan : all) {
    stages.part("many texts of " + plan.name, figures.parts.size() + 2, parts);
    const auto measured = measure_throughput(**provider, plan.make, part_time);
    if (!measured) return measured.error();
    figures.parts.push_back({plan.name, *measured});
  }
  return figures;
}

}  // namespace

Result<void> run_bench(const Invocation& invocation, Console& console) {
  Stages stages(console, invocation.values);
  const auto figures = measure(invocation.values, stages, console);
  if (!figures) return figures.error();
  stages.clear();
  return print(invocation.values.on("json") ? bench_json(*figures) : bench_table(*figures));
}

}  // namespace akidb::embedding::cli
