#include "base/prompt_lookup.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::base {
namespace {

TEST(PromptLookup, EveryModelHasQueryAndDocument) {
  EXPECT_EQ(*prompt_named({{"passage", "passage: "}, {"query", "query: "}}, "query"), "query: ");
  EXPECT_EQ(*prompt_named({{"passage", "passage: "}}, "document"), "");
  EXPECT_EQ(*prompt_named({}, "query"), "");
  EXPECT_EQ(find_prompt({}, "passage"), std::nullopt);
}

TEST(PromptLookup, NoNameIsNoPrompt) { EXPECT_EQ(*prompt_named({{"query", "query: "}}, ""), ""); }

TEST(PromptLookup, TheErrorNamesThePromptsThereAre) {
  const auto refused = prompt_named({{"a", ""}, {"b", ""}}, "Query");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().message, "prompt_name: no prompt \"Query\"; the model has a, b");
  EXPECT_EQ(prompt_named({}, "a").error().message, "prompt_name: no prompt \"a\"; the model has none");
}

}  // namespace
}  // namespace akidb::embedding::base
