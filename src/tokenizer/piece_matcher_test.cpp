#include "tokenizer/piece_matcher.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace akidb::embedding::tokenizer {
namespace {

std::string padded(std::string word) { return word.append(kWordPadding, '\0'); }

// Every small token set and word over two letters' worth of luck, against a search from the longest down.
TEST(PieceMatcher, FindsWhatAPlainSearchFinds) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    std::map<std::string, std::uint32_t> tokens;
    PieceMatcher matcher(0);
    for (std::uint32_t id = 0; id < 1 + random() % 60; ++id) {
      const std::size_t length = 1 + random() % (random() % 4 == 0 ? 90 : 9);
      std::string token;
      for (std::size_t i = 0; i < length; ++i) token += random() % 12 == 0 ? '\0' : "ab"[random() % 2];
      tokens[token] = id;
      matcher.insert(token, id);
    }
    matcher.finish();
    ASSERT_EQ(matcher.tokens().size(), tokens.size());
    for (int i = 0; i < 200; ++i) {
      std::string word;
      for (std::size_t n = 1 + random() % 100; n > 0; --n) word += random() % 12 == 0 ? '\0' : "ab"[random() % 2];
      const std::string buffer = padded(word);
      const auto* found = matcher.longest(buffer.data(), word.size());
      std::size_t expected = word.size();
      while (expected > 0 && !tokens.contains(word.substr(0, expected))) --expected;
      ASSERT_EQ(found == nullptr ? 0 : found->length, expected);
      if (found != nullptr) {
        ASSERT_EQ(found->id, tokens[word.substr(0, expected)]);
      }
    }
  }
}

TEST(TokenTable, TheLastOfEqualTokensCounts) {
  TokenTable table;
  table.insert("same", 1);
  table.insert("", 2);
  table.insert("same", 3);
  EXPECT_EQ(table.size(), 2U);
  EXPECT_EQ(table.find("same"), 3U);
  EXPECT_EQ(table.find(""), 2U);
  EXPECT_EQ(table.find("sam"), std::nullopt);
  EXPECT_EQ(table.find(std::string_view("same\0", 5)), std::nullopt);
}

}  // namespace
}  // namespace akidb::embedding::tokenizer
