// Every body over its corpus, and over mutants of the corpus. AKIDB_EMBEDDING_MUTANTS is how many of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "fuzz/bodies.hpp"
#include "model/model.hpp"
#include "support/mutator.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::test {
namespace {

namespace fs = std::filesystem;

struct Target {
  const char* corpus;
  std::string (*body)(std::string_view bytes);
};

void PrintTo(const Target& target, std::ostream* out) { *out << target.corpus; }

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<fs::path> corpus_of(const char* name) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(AKIDB_EMBEDDING_CORPUS) / name))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

// CPU seconds of this process, so that a busy machine fails nothing.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The bound that every malformed file must keep; sanitizers take memory of their own.
void expect_small() {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rusage usage{};
  ASSERT_EQ(::getrusage(RUSAGE_SELF, &usage), 0);
  EXPECT_LT(usage.ru_maxrss, 512 * 1024) << "KiB";
#endif
}

std::string as_hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    constexpr const char* kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(byte) >> 4];
    text += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

class Replay : public testing::TestWithParam<Target> {};

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

INSTANTIATE_TEST_SUITE_P(, Replay,
                         testing::Values(Target{"safetensors", fuzz_safetensors},
                                         Target{"model_config", fuzz_model_config}, Target{"onnx", fuzz_onnx}),
                         [](const auto& param) { return std::string(param.param.corpus); });

// The same through the door that users have: a whole folder of which one file is a mutant.
TEST(MutantFolders, AreReadOrNamed) {
  const TemporaryFolder folder;
  write_tiny_bert(folder.path());
  folder.write("config_sentence_transformers.json", R"({"prompts": {"query": "q: "}, "default_prompt_name": "query"})");
  Mutator mutator(20'250'602);
  int read = 0;
  int refused = 0;
  for (const std::string file : {"config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
                                 "tokenizer_config.json", "config_sentence_transformers.json"}) {
    const std::string original = content_of(folder.path() / file);
    for (int i = 0; i < AKIDB_EMBEDDING_MUTANTS / 20; ++i) {
      const std::string mutant = mutator.mutate(original);
      folder.write(file, mutant);
      const auto model = model::read_model_folder(folder.path());
      (model ? read : refused) += 1;
      if (model) {
        ASSERT_GE(model->max_tokens, 1U) << mutant;
        ASSERT_LE(model->max_tokens, model->encoder->max_positions) << mutant;
      } else if (model.error().code != ErrorCode::not_found) {  // a path in modules.json may lead nowhere
        ASSERT_THAT(model.error().message, testing::HasSubstr(file)) << mutant;
      }
    }
    folder.write(file, original);
  }
  EXPECT_GT(read, 0);
  EXPECT_GT(refused, 0);
  expect_small();
}

}  // namespace
}  // namespace akidb::embedding::test
