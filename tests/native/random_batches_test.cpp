// The same sequence has the same rows, bit for bit, whatever else is in the batch and however many cores work.
#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "native/tiny_encoder.hpp"

namespace akidb::embedding::test {
namespace {

using backend::native::kernels::Precision;

struct Case {
  const char* name;
  Precision precision;
  std::uint32_t threads;
};

class RandomBatches : public testing::TestWithParam<Case> {};

constexpr int kBatches = 500;
constexpr std::size_t kKnownSequences = 60;

TEST_P(RandomBatches, DoNotChangeARow) {
  const TinyBert tiny{
      .hidden_size = 64, .heads = 4, .intermediate_size = 80, .max_positions = 200, .max_seq_length = 200};
  const auto backend = open_tiny(tiny, GetParam().threads, GetParam().precision);
  const auto alone = open_tiny(tiny, 1, GetParam().precision);
  const std::size_t width = backend->info().hidden_size;
  std::mt19937 random(5);
  std::vector<std::vector<std::uint32_t>> sequences;
  std::vector<std::vector<float>> expected;
  for (std::size_t i = 0; i < kKnownSequences; ++i) {
    sequences.push_back(random_sequence(random, i % 4 == 0 ? 200 : 24));
    Batch batch;
    batch.add(sequences.back());
    expected.push_back(rows_of(*alone, batch, backend::Cores::one));
  }
  for (int round = 0; round < kBatches; ++round) {
    Batch batch;
    std::vector<std::size_t> members(1 + random() % (round % 3 == 0 ? 40 : 6));
    for (auto& member : members) {
      member = random() % kKnownSequences;
      batch.add(sequences[member]);
    }
    const bool firsts = round % 5 == 0;
    const auto cores = round % 2 == 0 ? backend::Cores::all : backend::Cores::one;
    const auto rows = rows_of(*backend, batch, cores, firsts);
    for (std::size_t at = 0; at < members.size(); ++at) {
      const auto& row = expected[members[at]];
      const std::size_t bytes = (firsts ? width : row.size()) * sizeof(float);
      ASSERT_EQ(std::memcmp(&rows[batch.offsets[at] * width], row.data(), bytes), 0)
          << "round " << round << ", sequence " << at << " of " << members.size();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, RandomBatches,
                         testing::Values(Case{"fp32_one", Precision::fp32, 1}, Case{"fp32_many", Precision::fp32, 3},
                                         Case{"high_one", Precision::fp32_high, 1},
                                         Case{"high_many", Precision::fp32_high, 3},
                                         Case{"bf16_one", Precision::bf16, 1}, Case{"bf16_many", Precision::bf16, 3},
                                         Case{"int8_one", Precision::int8, 1}, Case{"int8_many", Precision::int8, 3}),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace akidb::embedding::test
