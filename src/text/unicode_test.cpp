#include "text/unicode.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace akidb::embedding::text {
namespace {

struct Row {
  char32_t code;
  std::uint16_t properties;
};

// One code point of each kind. What the reference thinks of all of Unicode is in the golden test of the tokenizer.
constexpr Row kRows[] = {
    {U'a', property::kWord},
    {U'A', property::kWord | property::kLowers},
    {U'!', property::kPunctuation},
    {U'$', property::kPunctuation},  // a symbol, but ASCII punctuation to BERT
    {U'\u20AC', 0},                  // a symbol, and no punctuation
    {U'\u0000', property::kCleanedAway},
    {U'\u000B', property::kCleanedAway | property::kWhitespace | property::kPatternSpace},
    {U' ', property::kWhitespace | property::kPatternSpace},
    {U'\u3000', property::kWhitespace | property::kPatternSpace | property::kCleanedToSpace},
    {U'\u4E00', property::kWord | property::kChinese},
    {U'\u0301', property::kWord | property::kNonspacingMark | property::kCombiningMark | property::kReorders},
    {U'\u00E9', property::kWord | property::kDecomposes},
    {U'\uE000', property::kCleanedAway},
};

TEST(Unicode, Properties) {
  for (const auto& row : kRows) {
    EXPECT_EQ(properties_of(row.code), row.properties) << std::hex << static_cast<std::uint32_t>(row.code);
  }
}

std::u32string text_of(const Expansion& expansion) { return {expansion.begin(), expansion.end()}; }

TEST(Unicode, LowerCaseIsPerCodePoint) {
  EXPECT_EQ(text_of(lower_of(U'A')), U"a");
  EXPECT_EQ(text_of(lower_of(U'1')), U"1");
  EXPECT_EQ(text_of(lower_of(U'\u0130')), U"i\u0307");
  EXPECT_EQ(text_of(lower_of(U'\u03A3')), U"\u03C3");
  EXPECT_EQ(text_of(lower_of(U'\u1E9E')), U"\u00DF");
}

TEST(Unicode, Decompositions) {
  EXPECT_EQ(text_of(decomposition_of(U'a')), U"a");
  EXPECT_EQ(text_of(decomposition_of(U'\u00E9')), U"e\u0301");
  EXPECT_EQ(text_of(decomposition_of(U'\u1F82')), U"\u03B1\u0313\u0300\u0345");
  EXPECT_EQ(text_of(decomposition_of(U'\uAC00')), U"\u1100\u1161");
  EXPECT_EQ(text_of(decomposition_of(U'\uD7A3')), U"\u1112\u1175\u11C2");
}

TEST(Unicode, CombiningRanksAreInTheOrderOfTheClasses) {
  // Classes 0, 1, 7, 202, 220, 230, 240.
  const std::vector<char32_t> marks = {U'a', U'\u0334', U'\u093C', U'\u0327', U'\u0323', U'\u0301', U'\u0345'};
  for (std::size_t i = 1; i < marks.size(); ++i) EXPECT_LT(combining_rank(marks[i - 1]), combining_rank(marks[i])) << i;
  EXPECT_EQ(combining_rank(U'a'), 0);
}

// What no code point decomposes or lowers into may need another step: the tables hold full mappings.
TEST(Unicode, MappingsAreFinal) {
  for (char32_t c = 0; c < kCodePoints; ++c) {
    const std::uint16_t properties = properties_of(c);
    const Expansion decomposition = decomposition_of(c);
    ASSERT_EQ((properties & property::kDecomposes) != 0, text_of(decomposition) != std::u32string(1, c));
    for (const char32_t part : decomposition) ASSERT_EQ(properties_of(part) & property::kDecomposes, 0);
    ASSERT_EQ((properties & property::kLowers) != 0, text_of(lower_of(c)) != std::u32string(1, c));
    ASSERT_EQ((properties & property::kReorders) != 0, combining_rank(c) != 0);
  }
}

}  // namespace
}  // namespace akidb::embedding::text
