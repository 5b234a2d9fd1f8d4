// Speed of the tokenizer on one thread.
//
// usage: tokenizer_bench TOKENIZER load                 CPU milliseconds to load, one line a time
//        tokenizer_bench TOKENIZER linear               CPU time of inputs that double, a table
//        tokenizer_bench TOKENIZER TEXT [PASSES]        one line a pass: bytes, tokens, seconds; ids only, line by line
//
// scripts/tokenizer_compare.py runs the last one beside the reference.
#include <akidb/embedding/tokenizer.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>
#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace {

using akidb::embedding::Tokenizer;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// Of this process, so that a busy machine does not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::size_t count_tokens(const Tokenizer& tokenizer, const std::string& text, std::vector<std::uint32_t>& ids) {
  if (!tokenizer.encode_ids(text, true, ids)) std::abort();
  return ids.size();
}

int load(const char* file) {
  for (int i = 0; i < 20; ++i) {
    const double begin = cpu_seconds();
    if (!akidb::embedding::load_tokenizer(file)) return 1;
    std::printf("%.2f ms\n", 1e3 * (cpu_seconds() - begin));
  }
  return 0;
}

std::vector<std::string> read_lines(const char* file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

int speed(const Tokenizer& tokenizer, const char* file, int passes) {
  const std::vector<std::string> lines = read_lines(file);
  std::size_t bytes = 0;
  for (const auto& line : lines) bytes += line.size();
  std::vector<std::uint32_t> ids;
  for (int pass = 0; pass < passes; ++pass) {
    const auto begin = Clock::now();
    std::size_t tokens = 0;
    for (const auto& line : lines) tokens += count_tokens(tokenizer, line, ids);
    std::printf("%zu %zu %.9f\n", bytes, tokens, seconds_since(begin));
  }
  return 0;
}

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += part;
  return text;
}

// The allocator gives blocks of up to 32 MB back to the next pass and takes larger ones anew from the system, which
// clears them: without this, an input whose buffers cross that size would seem to cost more than twice its half.
void take_large_blocks_anew() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

int linear(const Tokenizer& tokenizer) {
  take_large_blocks_anew();
  struct Input {
    const char* name;
    std::string_view part;
  };
  constexpr Input kInputs[] = {
      {"one word", "a"},
      {"one word of many pieces", "qzxj"},
      {"combining marks that go", "\u0301\u0323"},
      {"combining marks that stay", "\U0001D165\u302E"},
      {"added tokens", "[SEP]"},
      {"beginnings of added tokens", "[SE"},
      {"spaces", " "},
      {"punctuation", "!"},
      {"Chinese", "\u4E2D"},
      {"Hangul", "\uAC01"},
  };
  std::printf("| input | MB | ms | ns/byte | twice as long |\n| --- | ---: | ---: | ---: | ---: |\n");
  std::vector<std::uint32_t> ids;
  for (const auto& input : kInputs) {
    double before = 0;
    for (std::size_t bytes = 5'000'000; bytes <= 20'000'000; bytes *= 2) {
      const std::string text = repeated(input.part, bytes);
      double best = 1e9;
      for (int pass = 0; pass < 3; ++pass) {
        const double begin = cpu_seconds();
        count_tokens(tokenizer, text, ids);
        best = std::min(best, cpu_seconds() - begin);
      }
      std::printf("| %s | %zu | %.1f | %.2f | ", input.name, bytes / 1'000'000, 1e3 * best,
                  1e9 * best / double(text.size()));
      std::printf(before > 0 ? "%.2fx |\n" : "|\n", best / before);
      before = best;
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: tokenizer_bench TOKENIZER load | linear | TEXT [PASSES]\n";
    return 2;
  }
  const std::string what = argv[2];
  if (what == "load") return load(argv[1]);
  const auto tokenizer = akidb::embedding::load_tokenizer(argv[1]);
  if (!tokenizer) {
    std::cerr << akidb::embedding::to_string(tokenizer.error()) << '\n';
    return 1;
  }
  if (what == "linear") return linear(**tokenizer);
  return speed(**tokenizer, argv[2], argc > 3 ? std::atoi(argv[3]) : 5);
}
