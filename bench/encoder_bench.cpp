// Speed of the native encoder without tokenizer and pipeline, on models of several sizes and texts of several lengths.
//
//   encoder_bench [SHAPE|TYPE ...]      MiniLM-L6, BERT-base and BERT-large, fp32, fp32-high, bf16 and int8 unless told
//   encoder_bench SHAPE TYPE LENGTH     one text of so many tokens again and again on one core, for bench/profile.py
//
// Tables in Markdown. Throughput is of one core, by the thread's own processor time, the best of a few passes: a busy
// machine disturbs little. Latency is wall time on all cores, the median.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/native/native_backend.hpp"
#include "random_encoder.hpp"

namespace {

using namespace akidb::embedding;
using backend::Cores;
using backend::native::kernels::Precision;

struct Named {
  const char* name;
  Precision precision;
};
constexpr Named kPrecisions[] = {{"fp32", Precision::fp32},
                                 {"fp32-high", Precision::fp32_high},
                                 {"bf16", Precision::bf16},
                                 {"int8", Precision::int8}};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Nowhere final : public backend::RowSink {
 public:
  void rows(std::size_t /*sequence*/, std::size_t /*first_token*/, std::span<const float> /*values*/) override {}
};

struct Batch {
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
};

Batch batch_of(std::size_t sequences, std::size_t length) {
  std::mt19937 random(5);
  Batch batch;
  for (std::size_t i = 0; i < sequences; ++i) {
    for (std::size_t at = 0; at < length; ++at) batch.ids.push_back(static_cast<std::uint32_t>(random() % 30'000));
    batch.offsets.push_back(static_cast<std::uint32_t>(batch.ids.size()));
  }
  return batch;
}

void forward(backend::Backend& backend, const Batch& batch, Cores cores) {
  Nowhere sink;
  if (const auto outcome = backend.forward({batch.ids, batch.offsets}, cores, sink); !outcome) {
    std::fprintf(stderr, "%s\n", to_string(outcome.error()).c_str());
    std::exit(EXIT_FAILURE);
  }
}

// Of one pass: all times, as many as a second takes, three at least unless they take ten seconds.
std::vector<double> times_of(backend::Backend& backend, const Batch& batch, Cores cores, double (*clock)()) {
  constexpr std::size_t kLeast = 3;
  constexpr double kLong = 10;
  forward(backend, batch, cores);
  std::vector<double> times;
  for (double taken = 0; taken < 1 || (times.size() < kLeast && taken < kLong); taken += times.back()) {
    const double start = clock();
    forward(backend, batch, cores);
    times.push_back(clock() - start);
  }
  return times;
}

double best_cpu(backend::Backend& backend, const Batch& batch) {
  const auto times = times_of(backend, batch, Cores::one, cpu_seconds);
  return *std::min_element(times.begin(), times.end());
}

double median_wall(backend::Backend& backend, const Batch& batch) {
  auto times = times_of(backend, batch, Cores::all, wall_seconds);
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2), times.end());
  return times[times.size() / 2];
}

// A pass that takes seconds needs no second one.
double one_wall(backend::Backend& backend, const Batch& batch) {
  const double start = wall_seconds();
  forward(backend, batch, Cores::all);
  return wall_seconds() - start;
}

double tokens_per_second(backend::Backend& backend, std::size_t length) {
  constexpr std::size_t kUnit = 512;
  const Batch batch = batch_of(std::max<std::size_t>(1, kUnit / length), length);
  return static_cast<double>(batch.ids.size()) / best_cpu(backend, batch);
}

// What twice as many texts of one length cost.
double doubling(backend::Backend& backend) {
  return best_cpu(backend, batch_of(16, 128)) / best_cpu(backend, batch_of(8, 128));
}

std::unique_ptr<backend::Backend> open(const bench::Shape& shape, const Named& type,
                                       const std::shared_ptr<Executor>& executor) {
  auto opened = backend::native::open_backend({bench::random_encoder(shape), type.precision, executor, "asked for"});
  if (!opened) {
    std::fprintf(stderr, "%s\n", to_string(opened.error()).c_str());
    std::exit(EXIT_FAILURE);
  }
  return std::move(*opened);
}

void print_row(const bench::Shape& shape, const Named& type, const std::shared_ptr<Executor>& executor) {
  const auto opened = open(shape, type, executor);
  auto& backend = *opened;
  std::printf("| %s, %s |", std::string(shape.name).c_str(), type.name);
  for (const std::size_t length : {32U, 128U, 512U}) std::printf(" %.0f |", tokens_per_second(backend, length));
  for (const std::size_t length : {8U, 256U, 512U}) {
    std::printf(" %.2f |", 1e3 * median_wall(backend, batch_of(1, length)));
  }
  std::printf(" %.1f |", one_wall(backend, batch_of(1, 8'192)));
  std::printf(" %.2fx |\n", doubling(backend));
  std::fflush(stdout);
}

// Whether `name` is among the words, or none of `all` is.
template <typename All>
bool wanted(std::string_view name, const All& all, std::span<char*> words) {
  const auto is_word = [&](std::string_view one) {
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return one == word; });
  };
  return is_word(name) ||
         std::none_of(std::begin(all), std::end(all), [&](const auto& one) { return is_word(one.name); });
}

void repeat_one_text(std::size_t length, std::span<char*> words, const std::shared_ptr<Executor>& executor) {
  constexpr double kSeconds = 5;
  const Batch batch = batch_of(1, length);
  for (const auto& shape : bench::kShapes) {
    for (const auto& type : kPrecisions) {
      if (!wanted(shape.name, bench::kShapes, words) || !wanted(type.name, kPrecisions, words)) continue;
      const auto backend = open(shape, type, executor);
      for (const double start = cpu_seconds(); cpu_seconds() - start < kSeconds;) forward(*backend, batch, Cores::one);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::span words(argv + 1, static_cast<std::size_t>(argc - 1));
  const auto executor = make_executor(0);
  const std::size_t length = words.empty() ? 0 : std::strtoul(words.back(), nullptr, 10);
  if (length > 0) {
    repeat_one_text(length, words, executor);
    return 0;
  }
  std::printf("%u cores\n\n", executor->size());
  std::printf(
      "| | 32 tokens, tokens/s of a core | of 128 | of 512 | one text of 8, ms | of 256 | of 512 | of 8,192, s | "
      "twice the texts |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
  for (const auto& shape : bench::kShapes) {
    if (!wanted(shape.name, bench::kShapes, words)) continue;
    for (const auto& type : kPrecisions) {
      if (wanted(type.name, kPrecisions, words)) print_row(shape, type, executor);
    }
  }
}
