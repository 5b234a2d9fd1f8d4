#include <gtest/gtest.h>

#include "backend/native/kernels/test_support.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

using testing::Aligned;
using testing::Matrix;
using testing::random_matrix;

// Those that the set has an attention of its own for.
std::vector<Precision> precisions_of(const KernelSet& set) {
  std::vector<Precision> precisions = {Precision::fp32};
  for (const Precision precision : {Precision::fp32_high, Precision::bf16}) {
    if (attention_of(set, precision).attend != set.rows.attention.attend) precisions.push_back(precision);
  }
  return precisions;
}

struct Case {
  std::size_t length;
  std::size_t heads;
  std::size_t head_size;
  std::size_t window = kNoWindow;
  bool bias = false;
  float deviation = 1;  // of queries and keys: how far apart the scores are
  Precision precision = Precision::fp32;
};

class Fixture {
 public:
  Fixture(const KernelSet& set, const Case& test_case, unsigned seed)
      : kernels_(attention_of(set, test_case.precision)),
        is_split_(kernels_.attend != set.rows.attention.attend),
        case_(test_case),
        random_(seed),
        width_(case_.heads * case_.head_size),
        states_(random_matrix(random_, case_.length, 3 * width_, case_.deviation)),
        bias_(random_matrix(random_, case_.heads, 2 * case_.length)) {}

  void attend(std::size_t first_query, std::size_t last_query, std::size_t first_head, std::size_t last_head,
              Matrix& out) const {
    Aligned<std::byte> scratch(kernels_.scratch(case_.length, case_.head_size));
    Attention attention{};
    attention.query = states_.values.data() + first_head * case_.head_size;
    attention.key = attention.query + width_;
    attention.value = attention.key + width_;
    attention.stride = states_.columns;
    attention.length = case_.length;
    attention.first_query = first_query;
    attention.last_query = last_query;
    attention.heads = last_head - first_head;
    attention.head_size = case_.head_size;
    attention.scale = 1 / std::sqrt(static_cast<float>(case_.head_size));
    attention.window = case_.window;
    attention.distance_bias = case_.bias ? bias_.row(first_head) + case_.length : nullptr;
    attention.distance_bias_stride = bias_.columns;
    attention.out = out.values.data() + first_head * case_.head_size;
    attention.out_stride = out.columns;
    attention.scratch = scratch.data();
    kernels_.attend(attention);
  }

  [[nodiscard]] Matrix empty() const { return {case_.length, width_, std::vector<float>(case_.length * width_, -99)}; }

  [[nodiscard]] Matrix whole() const {
    Matrix out = empty();
    attend(0, case_.length, 0, case_.heads, out);
    return out;
  }

  void expect_right(const Matrix& out) const {
    for (std::size_t head = 0; head < case_.heads; ++head) {
      for (std::size_t query = 0; query < case_.length; ++query) {
        const std::vector<double> expected = plain(head, query);
        for (std::size_t i = 0; i < case_.head_size; ++i) {
          const double tolerance = tolerance_of_ones() * case_.deviation * case_.deviation * case_.deviation;
          ASSERT_NEAR(out.row(query)[head * case_.head_size + i], expected[i], tolerance)
              << "length " << case_.length << " head size " << case_.head_size << " head " << head << " query "
              << query;
        }
      }
    }
  }

 private:
  [[nodiscard]] std::vector<double> plain(std::size_t head, std::size_t query) const {
    std::vector<double> weights(case_.length, 0.0);
    double greatest = -1e300;
    const float* const q = states_.row(query) + head * case_.head_size;
    for (std::size_t key = 0; key < case_.length; ++key) {
      const float* const k = states_.row(key) + width_ + head * case_.head_size;
      for (std::size_t i = 0; i < case_.head_size; ++i) weights[key] += static_cast<double>(q[i]) * k[i];
      weights[key] /= std::sqrt(static_cast<double>(case_.head_size));
      if (case_.bias) weights[key] += bias_.row(head)[case_.length + key - query];
      if (seen(query, key)) greatest = std::max(greatest, weights[key]);
    }
    double sum = 0;
    for (std::size_t key = 0; key < case_.length; ++key) {
      weights[key] = seen(query, key) ? std::exp(weights[key] - greatest) : 0;
      sum += weights[key];
    }
    std::vector<double> out(case_.head_size, 0.0);
    for (std::size_t key = 0; key < case_.length; ++key) {
      const float* const v = states_.row(key) + 2 * width_ + head * case_.head_size;
      for (std::size_t i = 0; i < case_.head_size; ++i) out[i] += weights[key] * v[i] / sum;
    }
    return out;
  }

  // Where queries, keys and values have a deviation of 1.
  [[nodiscard]] double tolerance_of_ones() const {
    if (!is_split_) return 6e-6;
    return case_.precision == Precision::bf16 ? 0.03 : 1e-4;
  }

  [[nodiscard]] bool seen(std::size_t query, std::size_t key) const {
    return case_.window == kNoWindow || (query > key ? query - key : key - query) <= case_.window;
  }

  const AttentionKernels& kernels_;
  bool is_split_;  // into bf16 numbers
  Case case_;
  mutable std::mt19937 random_;
  std::size_t width_;
  Matrix states_;
  Matrix bias_;
};

class Attends : public ::testing::TestWithParam<const KernelSet*> {};

TEST_P(Attends, LikeAPlainLoopAtEveryLength) {
  for (std::size_t length = 1; length <= 70; ++length) {
    for (const std::size_t head_size : {8U, 32U, 64U, 72U}) {
      for (const Precision precision : precisions_of(*GetParam())) {
        const Fixture fixture(*GetParam(), {length, 2, head_size, kNoWindow, false, 1, precision},
                              static_cast<unsigned>(length));
        fixture.expect_right(fixture.whole());
      }
    }
  }
}

TEST_P(Attends, LikeAPlainLoopOverManyBlocksOfKeys) {
  for (const std::size_t length : {256U, 511U, 512U, 513U, 1100U}) {
    for (const Precision precision : precisions_of(*GetParam())) {
      const Fixture fixture(*GetParam(), {length, 1, 32, kNoWindow, false, 2, precision}, 3);
      fixture.expect_right(fixture.whole());
    }
  }
}

TEST_P(Attends, WithALocalWindow) {
  for (const std::size_t length : {1U, 5U, 40U, 300U, 700U}) {
    for (const std::size_t window : {0U, 1U, 8U, 64U, 1000U}) {
      for (const Precision precision : precisions_of(*GetParam())) {
        const Fixture fixture(*GetParam(), {length, 2, 32, window, false, 1, precision}, 5);
        fixture.expect_right(fixture.whole());
      }
    }
  }
}

TEST_P(Attends, WithABiasByDistance) {
  for (const std::size_t length : {1U, 2U, 17U, 50U, 600U}) {
    for (const Precision precision : precisions_of(*GetParam())) {
      const Fixture fixture(*GetParam(), {length, 3, 64, kNoWindow, true, 1, precision}, 6);
      fixture.expect_right(fixture.whole());
    }
  }
}

// Scores of hundreds: their exponentials overflow unless the greatest is taken off.
TEST_P(Attends, WithScoresFarApart) {
  for (const std::size_t length : {33U, 800U}) {
    for (const Precision precision : precisions_of(*GetParam())) {
      const Fixture fixture(*GetParam(), {length, 1, 32, kNoWindow, false, 12, precision}, 8);
      const Matrix out = fixture.whole();
      for (const float value : out.values) ASSERT_TRUE(std::isfinite(value));
      if (length < 100 && precision != Precision::bf16) fixture.expect_right(out);
    }
  }
}

TEST_P(Attends, TheSameWhateverTheSplit) {
  std::mt19937 random(9);
  for (const Case& c :
       {Case{50, 3, 32}, Case{70, 2, 64, 20, true}, Case{700, 2, 32}, Case{13, 4, 24},
        Case{50, 3, 32, kNoWindow, false, 1, Precision::fp32_high},
        Case{50, 3, 32, kNoWindow, false, 1, Precision::bf16}, Case{70, 2, 64, 20, true, 1, Precision::bf16},
        Case{700, 2, 32, kNoWindow, false, 1, Precision::bf16}}) {
    const Fixture fixture(*GetParam(), c, 4);
    const Matrix whole = fixture.whole();
    for (int round = 0; round < 10; ++round) {
      Matrix parts = fixture.empty();
      for (std::size_t head = 0; head < c.heads;) {
        const std::size_t next_head = std::min(c.heads, head + 1 + random() % 2);
        for (std::size_t query = 0; query < c.length;) {
          const std::size_t next = std::min<std::size_t>(c.length, query + 1 + random() % 40);
          fixture.attend(query, next, head, next_head, parts);
          query = next;
        }
        head = next_head;
      }
      ASSERT_EQ(std::memcmp(whole.values.data(), parts.values.data(), whole.values.size() * sizeof(float)), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, Attends, ::testing::ValuesIn(testing::sets_here()), testing::SetName());

}  // namespace
}  // namespace akidb::embedding::backend::native::kernels
