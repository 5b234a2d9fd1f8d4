// The tokenizer of the default model against the reference's answers.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/json.hpp"
#include "case.hpp"
#include "golden.hpp"

namespace akidb::embedding::test {
namespace {

std::filesystem::path default_model() {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  std::filesystem::path cache = environment("AKIDB_EMBED_CACHE");
  if (cache.empty()) {
    const std::string base = environment("XDG_CACHE_HOME");
    cache = (base.empty() ? environment("HOME") + "/.cache" : base) + "/akidb-embedding";
  }
  return cache / "models" / "sentence-transformers" / "all-MiniLM-L6-v2";
}

TEST(DefaultModelTokens, Cases) {
  const auto tokenizer = load_tokenizer(default_model());
  ASSERT_TRUE(tokenizer) << to_string(tokenizer.error()) << "; set-up brings the default model";
  std::size_t checked = 0;
  for (const auto& line : read_lines(data_folder() / "default_model.jsonl")) {
    const auto row = base::JsonDocument::parse(line, "default_model.jsonl");
    ASSERT_TRUE(row);
    const auto one = read_case(row->root().at("case")->to_json());
    ASSERT_TRUE(one);
    const auto expected = row->root().at("answer")->to_json();
    const std::string ours = answer(**tokenizer, *one);
    if (expected.starts_with("{\"error\"")) {
      EXPECT_TRUE(ours.starts_with("{\"error\"")) << line;
    } else {
      EXPECT_EQ(normalized_json(ours), expected) << line;
    }
    ++checked;
  }
  EXPECT_GE(checked, 500U);
}

TEST(DefaultModelTokens, WhatTheFileSays) {
  const auto tokenizer = load_tokenizer(default_model() / "tokenizer.json");
  ASSERT_TRUE(tokenizer) << to_string(tokenizer.error());
  EXPECT_EQ((*tokenizer)->vocab_size(), 30522U);
  EXPECT_EQ((*tokenizer)->token_to_id("[CLS]"), 101U);
  EXPECT_EQ((*tokenizer)->id_to_token(102), "[SEP]");
  EXPECT_EQ((*tokenizer)->id_to_token(30522), std::nullopt);
  EXPECT_EQ(std::vector((*tokenizer)->prefix_ids().begin(), (*tokenizer)->prefix_ids().end()),
            std::vector<std::uint32_t>{101});
  ASSERT_TRUE((*tokenizer)->file_truncation());
  EXPECT_EQ((*tokenizer)->file_truncation()->max_length, 128U);
  ASSERT_TRUE((*tokenizer)->file_padding());
  EXPECT_EQ((*tokenizer)->file_padding()->fixed_length, 128U);
}

}  // namespace
}  // namespace akidb::embedding::test
