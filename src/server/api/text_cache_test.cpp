#include "server/api/text_cache.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

std::shared_ptr<const CachedRow> row(float value) {
  return std::make_shared<const CachedRow>(CachedRow{std::vector<float>(100, value), {3, 0}});
}

TEST(TextCache, DropsWhatWasNotUsedLongest) {
  TextCache cache(2'000);  // about three rows
  cache.put("a", row(1));
  cache.put("b", row(2));
  cache.put("c", row(3));
  ASSERT_TRUE(cache.find("a"));
  cache.put("d", row(4));
  EXPECT_FALSE(cache.find("b"));
  EXPECT_EQ(cache.find("a")->values.front(), 1.0F);
  EXPECT_TRUE(cache.find("d"));
  EXPECT_LE(cache.bytes(), 2'000U);
  cache.put(std::string(5'000, 'x'), row(5));  // larger than the cache
  EXPECT_TRUE(cache.find("d"));
  cache.clear();
  EXPECT_FALSE(cache.find("d"));
  EXPECT_EQ(cache.bytes(), 0U);
}

}  // namespace
}  // namespace akidb::embedding::server
