#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::base {
namespace {

TEST(Ascii, LettersBecomeLower) { EXPECT_EQ(lower_ascii("X-Request-ID [Z@\xC3\x89"), "x-request-id [z@\xC3\x89"); }

TEST(Ascii, PathsAreEscaped) {
  EXPECT_EQ(escaped_path("onnx/model_O4.onnx"), "onnx/model_O4.onnx");
  EXPECT_EQ(escaped_path("a b/%?#\xC3\xA9"), "a%20b/%25%3F%23%C3%A9");
}

}  // namespace
}  // namespace akidb::embedding::base
