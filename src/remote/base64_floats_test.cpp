#include "remote/base64_floats.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::remote {
namespace {

TEST(Base64Floats, AreLittleEndian) {
  std::vector<float> values;
  EXPECT_TRUE(append_base64_floats("AACAPwAAAMA=", values));  // 1, -2
  EXPECT_EQ(values, (std::vector<float>{1, -2}));
  EXPECT_TRUE(append_base64_floats("AAAAPw==", values));  // 0.5 behind them
  EXPECT_EQ(values, (std::vector<float>{1, -2, 0.5F}));
}

TEST(Base64Floats, RefusesWhatIsNoneOrNoWholeValue) {
  for (const auto* text : {"A", "AAA", "AACA", "AACAPw", "AACAPw=", "AAC*Pw==", "AAC APw=", "=AACAPw=", "AACAP==="}) {
    std::vector<float> values;
    EXPECT_FALSE(append_base64_floats(text, values)) << text;
  }
}

TEST(Base64Floats, TakesNothingAsNothing) {
  std::vector<float> values;
  EXPECT_TRUE(append_base64_floats("", values));
  EXPECT_TRUE(values.empty());
}

}  // namespace
}  // namespace akidb::embedding::remote
