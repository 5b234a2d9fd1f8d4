// Broken tokenizer files, and the error that each ends in (tests/data/tokenizer/malformed.jsonl).
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

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

struct Folder {
  std::string_view vocab;
  std::string_view config;  // none where empty
  ErrorCode code;
  std::string_view message;
};

constexpr Folder kFolders[] = {
    {"[UNK]\n[CLS]\na\n", "", ErrorCode::data_corrupt, "vocab.txt: the sep_token \"[SEP]\" is missing"},
    {"[UNK]\n[SEP]\na\n", "", ErrorCode::data_corrupt, "vocab.txt: the cls_token \"[CLS]\" is missing"},
    {"", "", ErrorCode::data_corrupt, "vocab.txt: the sep_token \"[SEP]\" is missing"},
    {"[SEP]\n[CLS]\n\xFF\n", "", ErrorCode::data_corrupt, "vocab.txt: not valid UTF-8 at byte 12"},
    {"[SEP]\n[CLS]\n", "[]", ErrorCode::data_corrupt, "tokenizer_config.json: expected an object"},
    {"[SEP]\n[CLS]\n", R"({"do_lower_case":1})", ErrorCode::data_corrupt,
     "tokenizer_config.json: do_lower_case: expected a boolean, found the number 1"},
    {"[SEP]\n[CLS]\n", R"({"sep_token":7})", ErrorCode::data_corrupt,
     "tokenizer_config.json: sep_token: expected a string, found the number 7"},
    {"[SEP]\n[CLS]\n", R"({"cls_token":{"lstrip":false}})", ErrorCode::data_corrupt,
     "tokenizer_config.json: cls_token: \"content\" is missing"},
};

TEST(MalformedTokenizer, FoldersWithVocabTxt) {
  const auto folder = std::filesystem::temp_directory_path() / ("akidb_vocab_" + std::to_string(::getpid()));
  for (const auto& row : kFolders) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "vocab.txt") << row.vocab;
    if (!row.config.empty()) std::ofstream(folder / "tokenizer_config.json") << row.config;
    const auto tokenizer = load_tokenizer(folder);
    std::filesystem::remove_all(folder);
    ASSERT_FALSE(tokenizer) << row.message;
    EXPECT_EQ(tokenizer.error().code, row.code);
    EXPECT_EQ(tokenizer.error().message, row.message);
  }
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
