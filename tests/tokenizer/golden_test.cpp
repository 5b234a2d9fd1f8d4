// The small tokenizers against the reference's answers. Red means that ids have changed.
#include "golden.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "case.hpp"
#include "text/utf8.hpp"

namespace akidb::embedding::test {
namespace {

TEST(GoldenTokens, Cases) {
  Tokenizers tokenizers;
  std::size_t checked = 0;
  for (const auto& line : read_lines(data_folder() / "cases.jsonl")) {
    const auto row = base::JsonDocument::parse(line, "cases.jsonl");
    ASSERT_TRUE(row);
    const std::string name(*row->root().at("tokenizer")->as_string());
    const auto one = read_case(row->root().at("case")->to_json());
    ASSERT_TRUE(one);
    const auto expected = row->root().at("answer")->to_json();
    const std::string ours = answer(tokenizers[name], *one);
    if (expected.starts_with("{\"error\"")) {
      EXPECT_TRUE(ours.starts_with("{\"error\"")) << line;
    } else {
      EXPECT_EQ(normalized_json(ours), expected) << line;
    }
    ++checked;
  }
  EXPECT_GE(checked, 2000U);
}

// "a" + c + "b " + c for each scalar value, as sweep() in scripts/tokenizer_texts.py has it.
std::string sweep(char32_t first, char32_t count) {
  std::string text;
  for (char32_t c = first; c < first + count; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    if (!text.empty()) text += ' ';
    text += 'a';
    text::append_utf8(text, c);
    text += "b ";
    text::append_utf8(text, c);
  }
  return text;
}

std::string digest(const Encoding& encoding) {
  std::string lines;
  for (std::size_t i = 0; i < encoding.ids.size(); ++i) {
    const Offset place = encoding.char_offsets[i];
    lines += std::to_string(encoding.ids[i]) + ' ' + std::to_string(place.begin) + ' ' + std::to_string(place.end) +
             ' ' + encoding.tokens[i] + '\n';
  }
  return base::sha256_hex(lines);
}

TEST(GoldenTokens, AllOfUnicode) {
  Tokenizers tokenizers;
  std::size_t code_points = 0;
  for (const auto& line : read_lines(data_folder() / "unicode.jsonl")) {
    const auto row = base::JsonDocument::parse(line, "unicode.jsonl");
    ASSERT_TRUE(row);
    const Tokenizer& tokenizer = tokenizers[std::string(*row->root().at("tokenizer")->as_string())];
    const auto count = static_cast<char32_t>(*row->root().at("count")->as_uint());
    const std::string text = sweep(static_cast<char32_t>(*row->root().at("first")->as_uint()), count);
    const auto encoding = tokenizer.encode(text, std::nullopt, {});
    ASSERT_TRUE(encoding);
    EXPECT_EQ(digest(*encoding), *row->root().at("sha256")->as_string()) << line;
    std::vector<std::uint32_t> ids;
    ASSERT_TRUE(tokenizer.encode_ids(text, true, ids));
    EXPECT_EQ(ids, encoding->ids) << line;
    code_points += count;
  }
  EXPECT_GE(code_points, std::size_t{5} * 0x110000);
}

}  // namespace
}  // namespace akidb::embedding::test
