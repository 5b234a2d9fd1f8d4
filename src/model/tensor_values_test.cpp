#include "model/tensor_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

namespace akidb::embedding::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// By the definition of the format, in double.
double half_by_definition(std::uint32_t half) {
  const double sign = (half & 0x8000) != 0 ? -1 : 1;
  const int exponent = static_cast<int>((half >> 10) & 0x1F);
  const double fraction = (half & 0x3FF) / 1024.0;
  if (exponent == 0) return sign * std::ldexp(fraction, -14);
  if (exponent == 31) return fraction == 0 ? sign * std::numeric_limits<double>::infinity() : std::nan("");
  return sign * std::ldexp(1 + fraction, exponent - 15);
}

TEST(TensorValues, EveryHalfConvertsExactly) {
  for (std::uint32_t half = 0; half <= 0xFFFF; ++half) {
    const double expected = half_by_definition(half);
    const float found = half_to_float(static_cast<std::uint16_t>(half));
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(found)) << half;
    } else {
      ASSERT_EQ(static_cast<double>(found), expected) << half;
      ASSERT_EQ(std::signbit(found), std::signbit(expected)) << half;
    }
  }
}

TEST(TensorValues, BfloatIsTheUpperHalfOfAFloat) {
  EXPECT_EQ(bfloat16_to_float(0x3F80), 1.0F);
  EXPECT_EQ(bfloat16_to_float(0xC040), -3.0F);
  EXPECT_EQ(bfloat16_to_float(0x0001), 0x1p-133F);
  EXPECT_TRUE(std::isinf(bfloat16_to_float(0x7F80)));
  EXPECT_TRUE(std::isnan(bfloat16_to_float(0x7FC0)));
}

struct Stored {
  alignas(float) std::array<std::byte, 17> bytes{};
  std::vector<std::uint64_t> shape = {4};

  // At any offset, so that unaligned tensors are among them.
  template <class T>
  Tensor tensor(Dtype dtype, std::size_t offset, std::initializer_list<T> values) {
    std::memcpy(bytes.data() + offset, std::data(values), values.size() * sizeof(T));
    shape = {values.size()};
    return {"model.safetensors", "x", dtype, shape, std::span(bytes).subspan(offset, values.size() * sizeof(T))};
  }
};

TEST(TensorValues, ReadsARangeAtAnyAlignment) {
  for (const std::size_t offset : {0U, 1U}) {
    Stored stored;
    std::array<float, 2> two{};
    ASSERT_TRUE(read_float32(stored.tensor(Dtype::f32, offset, {1.0F, 2.0F, 3.0F, 4.0F}), 1, two));
    EXPECT_THAT(two, ElementsAre(2, 3));
    ASSERT_TRUE(read_float32(stored.tensor<std::uint16_t>(Dtype::f16, offset, {0x3C00, 0x4000, 0x4200}), 1, two));
    EXPECT_THAT(two, ElementsAre(2, 3));
    ASSERT_TRUE(read_float32(stored.tensor<std::uint16_t>(Dtype::bf16, offset, {0x3F80, 0x4000, 0x4040}), 0, two));
    EXPECT_THAT(two, ElementsAre(1, 2));
  }
}

TEST(TensorValues, RefusesWhatIsNoFloatAndWhatLiesOutside) {
  Stored stored;
  std::array<float, 1> one{};
  const auto integer = read_float32(stored.tensor<std::int64_t>(Dtype::i64, 0, {1, 2}), 0, one);
  ASSERT_FALSE(integer);
  EXPECT_EQ(integer.error().code, ErrorCode::unsupported);
  EXPECT_THAT(integer.error().message, HasSubstr("tensor \"x\": expected F32, F16 or BF16, found I64"));
  const auto outside = read_float32(stored.tensor(Dtype::f32, 0, {1.0F}), 1, one);
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().code, ErrorCode::internal);
}

TEST(TensorValues, ViewsAlignedFloatsWithoutACopy) {
  Stored stored;
  const Tensor aligned = stored.tensor(Dtype::f32, 0, {1.0F, 2.0F});
  EXPECT_THAT(float32_view(aligned), ElementsAre(1, 2));
  EXPECT_EQ(static_cast<const void*>(float32_view(aligned).data()), stored.bytes.data());
  EXPECT_TRUE(float32_view(stored.tensor(Dtype::f32, 1, {1.0F})).empty());
  EXPECT_TRUE(float32_view(stored.tensor<std::uint16_t>(Dtype::f16, 0, {0x3C00})).empty());
}

}  // namespace
}  // namespace akidb::embedding::model
