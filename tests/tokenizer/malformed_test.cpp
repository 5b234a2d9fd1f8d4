// Broken tokenizer files, and the error that each ends in (tests/data/tokenizer/malformed.jsonl).
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "golden.hpp"
#include "tokenizer/tokenizer_file.hpp"

namespace akidb::embedding::test {
namespace {

using base::JsonDocument;

TEST(MalformedTokenizer, EachClassNamesFileAndField) {
  std::size_t rows = 0;
  for (const auto& line : read_lines(data_folder() / "malformed.jsonl")) {
    const auto row = JsonDocument::parse(line, "malformed.jsonl");
    ASSERT_TRUE(row) << line;
    const auto file = row->root().at("file")->as_string();
    ASSERT_TRUE(file) << line;
    const auto parts = tokenizer::parse_tokenizer_json(*file, "tokenizer.json");
    ASSERT_FALSE(parts) << line;
    EXPECT_EQ(error_code_info(parts.error().code).name, *row->root().at("code")->as_string()) << line;
    EXPECT_EQ(parts.error().message, "tokenizer.json: " + std::string(*row->root().at("message")->as_string())) << line;
    ++rows;
  }
  EXPECT_GE(rows, 35U);
}

TEST(MalformedTokenizer, AFolderWithoutATokenizer) {
  const auto tokenizer = load_tokenizer(data_folder());
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().code, ErrorCode::not_found);
  EXPECT_EQ(tokenizer.error().message, "the folder has neither tokenizer.json nor vocab.txt");
}

TEST(MalformedTokenizer, AFileThatIsNotThere) {
  const auto tokenizer = load_tokenizer(data_folder() / "tokenizers" / "nowhere.json");
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace akidb::embedding::test
