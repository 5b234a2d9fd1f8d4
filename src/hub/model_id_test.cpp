#include "hub/model_id.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::hub {
namespace {

TEST(ModelId, TakesWhatTheHubTakes) {
  for (const char* id :
       {"sentence-transformers/all-MiniLM-L6-v2", "gpt2", "BAAI/bge-small-en-v1.5", "a/b", "A_1/x.y"}) {
    EXPECT_TRUE(check_model_id(id)) << id;
  }
}

TEST(ModelId, RefusesAllElse) {
  for (const std::string id : {"", "/", "a/", "/a", "a/b/c", "..", "../a", "a/..", "a/.b", "a/b.", "-a/b", "a/b-",
                               "a--b/c", "a..b/c", "a b/c", "a\\b", "a/b\n", "models:a", "\xC3\xA9/a"}) {
    const auto outcome = check_model_id(id);
    ASSERT_FALSE(outcome) << id;
    EXPECT_EQ(outcome.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(check_model_id(std::string("a\0b", 3)));
  EXPECT_TRUE(check_model_id(std::string(96, 'a')));
  EXPECT_FALSE(check_model_id(std::string(97, 'a')));
}

TEST(ModelId, RevisionsAreBranchesTagsOrCommits) {
  for (const char* revision : {"main", "v1.0", "refs/pr/3", "0123456789abcdef0123456789abcdef01234567"}) {
    EXPECT_TRUE(check_revision(revision)) << revision;
  }
  for (const char* revision : {"", "/", "..", "a/../b", "a//b", "/main", "main/", "a b", "a\\b", "./a"}) {
    EXPECT_FALSE(check_revision(revision)) << revision;
  }
}

TEST(ModelId, CommitsHaveFortyDigits) {
  EXPECT_TRUE(is_commit("0123456789abcdef0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("0123456789abcdef0123456789abcdef0123456"));
  EXPECT_FALSE(is_commit("0123456789ABCDEF0123456789abcdef01234567"));
  EXPECT_FALSE(is_commit("main"));
}

TEST(ModelId, NamesItsFolder) {
  EXPECT_EQ(hub_folder_name("a/b"), "models--a--b");
  EXPECT_EQ(hub_folder_name("gpt2"), "models--gpt2");
}

}  // namespace
}  // namespace akidb::embedding::hub
