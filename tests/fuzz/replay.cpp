// AKIDB_EMBEDDING_MUTANTS is how many mutants each body is given.
#include "fuzz/replay.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>

#include "support/mutator.hpp"

namespace akidb::embedding::test {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> corpus_of(const char* name) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(AKIDB_EMBEDDING_CORPUS) / name))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// CPU seconds of this process, so that a busy machine fails nothing.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string as_hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

}  // namespace

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void expect_small() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rusage usage{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
  EXPECT_LT(usage.ru_maxrss, 512 * 1024) << "KiB";
#endif
}

TEST_P(Replay, CorpusHolds) {
  const auto files = corpus_of(GetParam().corpus);
  ASSERT_GE(files.size(), 5U);
  for (const auto& file : files) EXPECT_EQ(GetParam().body(content_of(file)), "") << file;
}

TEST_P(Replay, MutantsHold) {
  const auto files = corpus_of(GetParam().corpus);
  Mutator mutator(20'250'601);
  double longest = 0;
  for (int i = 0; i < AKIDB_EMBEDDING_MUTANTS; ++i) {
    const std::string mutant = mutator.mutate(content_of(files[static_cast<std::size_t>(i) % files.size()]));
    const double start = cpu_seconds();
    ASSERT_EQ(GetParam().body(mutant), "") << as_hex(mutant);
    longest = std::max(longest, cpu_seconds() - start);
  }
  EXPECT_LT(longest, 2.0);
  expect_small();
}

}  // namespace akidb::embedding::test
