// Memory over a long job: embeds many texts of mixed lengths in requests of 1,000 and prints what the process
// holds on the way. The curve is to stay flat: what one request needs, the next ones need again.
//
//   memory_bench [TEXTS] [MODEL]      100,000 texts and the default model unless told
//
// Columns: texts done, resident set, its part that is no mapped file (weights are mapped), in MiB, and tokens
// per second since the row before. Linux only: reads /proc/self/status.
#include <akidb/embedding/open.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace {

using akidb::embedding::Input;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kRequest = 1000;
constexpr std::size_t kRow = 5000;

// A field of /proc/self/status, in MiB.
double memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string name; status >> name;) {
    double kilobytes = 0;
    if (name == field + ":" && status >> kilobytes) return kilobytes / 1024;
  }
  return std::nan("");
}

// Texts of 1 to 300 words, short ones more often: every ratio of lengths is equally frequent.
class Texts {
 public:
  std::vector<Input> next(std::size_t count) {
    std::vector<Input> texts;
    for (std::size_t at = 0; at < count; ++at) texts.emplace_back(text());
    return texts;
  }

 private:
  std::string text() {
    static const std::vector<std::string> kWords = {
        "the",   "of",     "vector",   "database", "search",  "a",     "river",     "in",  "winter", "model",
        "and",   "memory", "question", "answers",  "quickly", "to",    "different", "is",  "small",  "machine",
        "where", "people", "language", "with",     "music",   "early", "mountain",  "not", "every",  "embedding"};
    std::uniform_real_distribution<double> logarithm(0, std::log(300));
    std::uniform_int_distribution<std::size_t> word(0, kWords.size() - 1);
    const auto words = static_cast<std::size_t>(std::exp(logarithm(engine_)));
    std::string text = kWords[word(engine_)];
    for (std::size_t at = 1; at < words; ++at) text.append(" ").append(kWords[word(engine_)]);
    return text;
  }

  std::mt19937_64 engine_{1};
};

int fail(const akidb::embedding::Error& error) {
  std::fprintf(stderr, "%s\n", to_string(error).c_str());
  return error_code_info(error.code).exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t total = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 100'000;
  akidb::embedding::ProviderOptions options;
  if (argc > 2) options.model = argv[2];
  const auto provider = akidb::embedding::open(options);
  if (!provider) return fail(provider.error());

  const auto row = [](std::size_t texts, double tokens_per_second) {
    std::printf("%9zu %9.1f %9.1f %9.0f\n", texts, memory("VmRSS"), memory("RssAnon"), tokens_per_second);
    std::fflush(stdout);
  };
  std::printf("%9s %9s %9s %9s\n", "texts", "rss", "anonymous", "tokens/s");
  row(0, 0);
  Texts texts;
  std::size_t tokens = 0;
  std::size_t all_tokens = 0;
  auto since = Clock::now();
  const auto started = since;
  for (std::size_t done = kRequest; done <= total; done += kRequest) {
    const auto response = (*provider)->embed_batch({.inputs = texts.next(kRequest)});
    if (!response) return fail(response.error());
    tokens += response->usage.total_tokens;
    if (done % kRow != 0) continue;
    const auto now = Clock::now();
    row(done, static_cast<double>(tokens) / std::chrono::duration<double>(now - since).count());
    all_tokens += tokens;
    tokens = 0;
    since = now;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - started).count();
  std::printf("peak %.1f MiB; %zu tokens in %.1f s, %.0f tokens/s\n", memory("VmHWM"), all_tokens + tokens, seconds,
              static_cast<double>(all_tokens + tokens) / seconds);
  return EXIT_SUCCESS;
}
