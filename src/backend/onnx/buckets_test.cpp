#include "backend/onnx/buckets.hpp"

#include <gtest/gtest.h>

#include <set>

namespace akidb::embedding::backend::onnx {
namespace {

TEST(Buckets, PadLengthsToPowersOfTwoWithinThePositions) {
  const std::pair<std::size_t, std::size_t> cases[] = {{1, 16},    {16, 16},   {17, 32},   {32, 32},  {33, 64},
                                                       {100, 128}, {129, 256}, {257, 384}, {384, 384}};
  for (const auto& [length, padded] : cases) EXPECT_EQ(bucket_of(1, length, 512, 384).length, padded) << length;
  EXPECT_EQ(bucket_of(1, 10, 512, 12).length, 12U);
  EXPECT_EQ(bucket_of(1, 257, 512, 0).length, 512U);
  EXPECT_EQ(bucket_of(1, 600, 512, 512).length, 1024U);
}

TEST(Buckets, HaveOneRowOrAUnit) {
  EXPECT_EQ(bucket_of(1, 20, 512, 512), (Shape{1, 32}));
  EXPECT_EQ(bucket_of(2, 20, 512, 512), (Shape{16, 32}));
  EXPECT_EQ(bucket_of(25, 20, 512, 512), (Shape{16, 32}));
  EXPECT_EQ(bucket_of(3, 700, 512, 1024), (Shape{1, 1024}));
}

TEST(Buckets, AreFew) {
  std::set<Shape> shapes;
  for (std::size_t length = 1; length <= 512; ++length) {
    for (const std::size_t rows : {1U, 2U, 7U, 300U}) shapes.insert(bucket_of(rows, length, 512, 512));
  }
  EXPECT_LE(shapes.size(), 11U);
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
