#include "backend/onnx/self_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace akidb::embedding::backend::onnx {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kWidth = 4;

// Rows that depend on the token and its place; `change` then does as it likes with each row.
class Rows final : public Backend {
 public:
  explicit Rows(std::function<void(std::span<float>, std::size_t row)> change = [](auto, auto) {})
      : change_(std::move(change)) {
    info_.hidden_size = kWidth;
    info_.vocab_size = 1'000;
    info_.max_positions = 64;
  }
  [[nodiscard]] const BackendInfo& info() const override { return info_; }
  Result<void> forward(const TokenBatch& batch, Cores /*cores*/, RowSink& sink) override {
    for (std::size_t at = 0; at < batch.sequences(); ++at) {
      std::vector<float> values;
      for (std::size_t place = 0; place < batch.length(at); ++place) {
        const auto id = static_cast<float>(batch.token_ids[batch.offsets[at] + place]);
        for (std::size_t i = 0; i < kWidth; ++i) values.push_back(std::sin(id * static_cast<float>(i + place + 1)));
        change_(std::span(values).last(kWidth), place);
      }
      sink.rows(at, 0, values);
    }
    return {};
  }

 private:
  BackendInfo info_;
  std::function<void(std::span<float>, std::size_t)> change_;
};

void expect_refused(Backend& device, const std::string& part) {
  Rows cpu;
  const auto check = compare_with_cpu(device, cpu);
  ASSERT_FALSE(check) << part;
  EXPECT_EQ(check.error().code, ErrorCode::unavailable);
  EXPECT_THAT(check.error().message, HasSubstr(part));
}

TEST(SelfCheck, PassesTheSameVectors) {
  Rows device;
  Rows cpu;
  const auto check = compare_with_cpu(device, cpu);
  ASSERT_TRUE(check) << to_string(check.error());
  EXPECT_EQ(check->vectors, 3U * (2 + 7 + 19));
  EXPECT_NEAR(check->least_cosine, 1, 1e-12);
}

TEST(SelfCheck, PassesRoundingOfHalfPrecision) {
  Rows device([](std::span<float> row, std::size_t) {
    for (float& value : row) value *= 1.0005F;
    row[0] *= 1.01F;
  });
  Rows cpu;
  EXPECT_TRUE(compare_with_cpu(device, cpu));
}

TEST(SelfCheck, RefusesWhatIsNotFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Rows device([bad](std::span<float> row, std::size_t place) {
      if (place == 18) row[3] = bad;
    });
    expect_refused(device, "a value is not finite");
  }
}

TEST(SelfCheck, RefusesAZeroVector) {
  Rows device([](std::span<float> row, std::size_t place) {
    if (place == 5) std::fill(row.begin(), row.end(), 0.0F);
  });
  expect_refused(device, "a vector is zero");
}

TEST(SelfCheck, RefusesOtherVectors) {
  Rows device([](std::span<float> row, std::size_t place) {
    if (place == 1) row[0] = -row[0] + 1;
  });
  expect_refused(device, "expected at least 0.999");
}

TEST(SelfCheck, RefusesAnotherNumberOfValues) {
  class Short final : public Backend {
   public:
    [[nodiscard]] const BackendInfo& info() const override { return info_; }
    Result<void> forward(const TokenBatch&, Cores, RowSink& sink) override {
      const std::vector<float> one(kWidth, 1.0F);
      sink.rows(0, 0, one);
      return {};
    }

   private:
    BackendInfo info_;
  };
  Short device;
  expect_refused(device, "another number of values");
}

TEST(SelfCheck, HandsOnErrors) {
  class Failing final : public Backend {
   public:
    [[nodiscard]] const BackendInfo& info() const override { return info_; }
    Result<void> forward(const TokenBatch&, Cores, RowSink&) override {
      return Error{ErrorCode::internal, "broken", {}, {}};
    }

   private:
    BackendInfo info_;
  };
  Failing device;
  Rows cpu;
  const auto check = compare_with_cpu(device, cpu);
  ASSERT_FALSE(check);
  EXPECT_EQ(check.error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
