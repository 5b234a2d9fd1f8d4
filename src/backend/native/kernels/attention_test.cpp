#include <gtest/gtest.h>

#include "backend/native/kernels/test_support.hpp"

namespace akidb::embedding::backend::native::kernels {
namespace {

using testing::Aligned;
using testing::Matrix;
using testing::random_matrix;

struct Variant {
  Precision precision = Precision::fp32;
  Operand states = Operand::fp32;
};

// Those that the set has an attention of its own for.
std::vector<Variant> variants_of(const KernelSet& set) {
  std::vector<Variant> variants = {{}};
  for (const Precision precision : {Precision::fp32_high, Precision::bf16}) {
    const AttentionKernels& kernels = attention_of(set, precision);
    if (kernels.attend == set.rows.attention.attend) continue;
    variants.push_back({precision, Operand::fp32});
    if (kernels.states != Operand::fp32) variants.push_back({precision, kernels.states});
  }
  return variants;
}

struct Case {
  std::size_t length;
  std::size_t heads;
  std::size_t head_size;
  std::size_t window = kNoWindow;
  bool bias = false;
  float deviation = 1;  // of queries and keys: how far apart the scores are
  Variant variant = {};
};

class Fixture {
 public:
  Fixture(const KernelSet& set, const Case& test_case, unsigned seed)
      : kernels_(attention_of(set, test_case.variant.precision)),
        is_split_(kernels_.attend != set.rows.attention.attend),
        case_(test_case),
        random_(seed),
        width_(case_.heads * case_.head_size),
        states_(random_matrix(random_, case_.length, 3 * width_, case_.deviation)),
        bias_(random_matrix(random_, case_.heads, 2 * case_.length)),
        rounded_(states_.values.size()) {
    if (case_.variant.states != Operand::bf16) return;
    for (std::size_t i = 0; i < states_.values.size(); ++i) {
      states_.values[i] = testing::round_to_bf16(states_.values[i]);
      rounded_[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(states_.values[i]) >> 16U);
    }
  }

  void attend(std::size_t first_query, std::size_t last_query, std::size_t first_head, std::size_t last_head,
              Matrix& out) const {
    Aligned<std::byte> scratch(kernels_.scratch(case_.length, case_.head_size));
    Attention attention{};
    const auto at = [&](std::size_t part) {
      const std::size_t column = part * width_ + first_head * case_.head_size;
      return case_.variant.states == Operand::bf16 ? static_cast<const void*>(rounded_.data() + column)
                                                   : states_.values.data() + column;
    };
    attention.query = at(0);
    attention.key = at(1);
    attention.value = at(2);
    attention.stride = states_.columns;
    attention.states = case_.variant.states;
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

  // In the first head.
  void set_key(std::size_t key, float value) {
    states_.row(key)[width_] = value;
    rounded_[key * states_.columns + width_] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16U);
  }

  // Of scores so far apart that a plain loop's weights are ones and zeros.
  void expect_values(const Matrix& out) const {
    for (std::size_t query = 0; query < case_.length; ++query) {
      const std::vector<double> expected = plain(0, query);
      for (std::size_t i = 0; i < case_.head_size; ++i) {
        ASSERT_NEAR(out.row(query)[i], expected[i], 0.01 * case_.deviation)
            << "length " << case_.length << " query " << query;
      }
    }
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
    return case_.variant.precision == Precision::bf16 ? 0.03 : 1e-4;
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
  std::vector<std::uint16_t> rounded_;  // states as bf16
};

class Attends : public ::testing::TestWithParam<const KernelSet*> {};

TEST_P(Attends, LikeAPlainLoopAtEveryLength) {
  for (std::size_t length = 1; length <= 70; ++length) {
    for (const std::size_t head_size : {8U, 32U, 64U, 72U}) {
      for (const Variant variant : variants_of(*GetParam())) {
        const Fixture fixture(*GetParam(), {length, 2, head_size, kNoWindow, false, 1, variant},
                              static_cast<unsigned>(length));
        fixture.expect_right(fixture.whole());
      }
    }
  }
}

TEST_P(Attends, LikeAPlainLoopOverManyBlocksOfKeys) {
  for (const std::size_t length : {256U, 511U, 512U, 513U, 1100U}) {
    for (const Variant variant : variants_of(*GetParam())) {
      const Fixture fixture(*GetParam(), {length, 1, 32, kNoWindow, false, 2, variant}, 3);
      fixture.expect_right(fixture.whole());
    }
  }
}

TEST_P(Attends, WithALocalWindow) {
  for (const std::size_t length : {1U, 5U, 40U, 300U, 700U}) {
    for (const std::size_t window : {0U, 1U, 8U, 64U, 1000U}) {
      for (const Variant variant : variants_of(*GetParam())) {
        const Fixture fixture(*GetParam(), {length, 2, 32, window, false, 1, variant}, 5);
        fixture.expect_right(fixture.whole());
      }
    }
  }
}

TEST_P(Attends, WithABiasByDistance) {
  for (const std::size_t length : {1U, 2U, 17U, 50U, 600U}) {
    for (const Variant variant : variants_of(*GetParam())) {
      const Fixture fixture(*GetParam(), {length, 3, 64, kNoWindow, true, 1, variant}, 6);
      fixture.expect_right(fixture.whole());
    }
  }
}

// Scores of hundreds: their exponentials overflow unless the greatest is taken off.
TEST_P(Attends, WithScoresFarApart) {
  for (const std::size_t length : {33U, 800U}) {
    for (const Variant variant : variants_of(*GetParam())) {
      const Fixture fixture(*GetParam(), {length, 1, 32, kNoWindow, false, 12, variant}, 8);
      const Matrix out = fixture.whole();
      for (const float value : out.values) ASSERT_TRUE(std::isfinite(value));
      if (length < 100 && variant.precision != Precision::bf16) fixture.expect_right(out);
    }
  }
}

// Each query then takes the value of one key, but where operands are rounded: there two scores may come out as one.
TEST_P(Attends, WithScoresSoLargeThatTheirRoundingIsHundreds) {
  for (const std::size_t length : {17U, 33U, 600U}) {
    for (const bool bias : {false, true}) {
      for (const float deviation : {3e3F, 3e4F, 3e5F, 1e6F}) {
        for (const Variant variant : variants_of(*GetParam())) {
          const Fixture fixture(*GetParam(), {length, 2, 32, kNoWindow, bias, deviation, variant}, 10);
          const Matrix out = fixture.whole();
          for (const float value : out.values) ASSERT_LE(std::abs(value), 6 * deviation);
          if (variant.precision != Precision::bf16 || variant.states == Operand::bf16) fixture.expect_values(out);
        }
      }
    }
  }
}

TEST_P(Attends, ToNanWithAKeyThatIsNan) {
  for (const std::size_t length : {3U, 40U, 300U}) {
    for (const Variant variant : variants_of(*GetParam())) {
      Fixture fixture(*GetParam(), {length, 2, 32, kNoWindow, false, 1, variant}, 9);
      fixture.set_key(2, std::numeric_limits<float>::quiet_NaN());
      const Matrix out = fixture.whole();
      for (std::size_t query = 0; query < length; ++query) {
        EXPECT_TRUE(std::isnan(out.row(query)[0])) << query;
        EXPECT_TRUE(std::isfinite(out.row(query)[32])) << query;
      }
    }
  }
}

TEST_P(Attends, TheSameWhateverTheSplit) {
  std::mt19937 random(9);
  std::vector<Case> cases = {{50, 3, 32}, {70, 2, 64, 20, true}, {700, 2, 32}, {13, 4, 24}};
  for (const Variant variant : variants_of(*GetParam())) {
    cases.push_back({50, 3, 32, kNoWindow, false, 1, variant});
    cases.push_back({70, 2, 64, 20, true, 1, variant});
    cases.push_back({45, 2, 32, kNoWindow, false, 8, variant});
    cases.push_back({700, 2, 32, kNoWindow, false, 1, variant});
  }
  for (const Case& c : cases) {
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
