#include "hub/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::hub {
namespace {

using Variables = std::map<std::string, std::string>;

Environment environment(Variables variables) {
  return [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
  };
}

TEST(HubSettings, AreTheHubsOwnWithoutVariables) {
  const auto settings = hub_settings(environment({{"HOME", "/nonexistent"}}));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->endpoint, "https://huggingface.co");
  EXPECT_FALSE(settings->endpoint_is_set);
  EXPECT_FALSE(settings->offline);
  EXPECT_TRUE(settings->symlinks);
  EXPECT_EQ(settings->token, "");
}

TEST(HubSettings, FollowTheEnvironment) {
  const auto settings = hub_settings(environment({{"HF_ENDPOINT", "http://localhost:1//"},
                                                  {"HF_TOKEN", " hf_x\n"},
                                                  {"HF_HUB_DISABLE_SYMLINKS", "true"},
                                                  {"HF_HUB_DOWNLOAD_TIMEOUT", "3"},
                                                  {"HF_HUB_ETAG_TIMEOUT", "nonsense"}}));
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->endpoint, "http://localhost:1");
  EXPECT_TRUE(settings->endpoint_is_set);
  EXPECT_EQ(settings->token, "hf_x");
  EXPECT_EQ(settings->token_from, "HF_TOKEN");
  EXPECT_FALSE(settings->symlinks);
  EXPECT_EQ(settings->download_timeout.count(), 3);
  EXPECT_EQ(settings->answer_timeout.count(), 10);
}

TEST(HubSettings, OfflineIsOneOfFourWords) {
  for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
    for (const char* word : {"1", "on", "YES", "True"}) {
      EXPECT_TRUE(hub_settings(environment({{name, word}}))->offline) << name << word;
    }
    for (const char* word : {"0", "off", "no", "2", ""}) {
      EXPECT_FALSE(hub_settings(environment({{"HOME", "/nonexistent"}, {name, word}}))->offline) << name << word;
    }
  }
}

TEST(HubSettings, FindTheTokenWhereHuggingfaceHubDoes) {
  const auto folder = base::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto home = folder->path().string();
  std::ofstream(folder->path() / "token") << "hf_file\n";
  std::ofstream(folder->path() / "other") << "hf_other";
  EXPECT_EQ(hub_settings(environment({{"HF_HOME", home}}))->token, "hf_file");
  EXPECT_EQ(hub_settings(environment({{"HF_HOME", home}}))->token_from, "the token file");
  EXPECT_EQ(hub_settings(environment({{"HF_HOME", home}, {"HF_TOKEN_PATH", home + "/other"}}))->token, "hf_other");
  EXPECT_EQ(hub_settings(environment({{"HF_HOME", home}, {"HF_TOKEN", "hf_variable"}}))->token, "hf_variable");
  EXPECT_EQ(hub_settings(environment({{"HF_HOME", home}, {"HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"}}))->token, "");
}

// A line end in it would be a header of somebody's own making.
TEST(HubSettings, ATokenIsPlain) {
  for (const char* token : {"hf a", "hf\ta", "hf\xC3\xA9"}) {
    const auto settings = hub_settings(environment({{"HF_TOKEN", token}}));
    ASSERT_FALSE(settings) << token;
    EXPECT_EQ(settings.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(settings.error().message, testing::Not(testing::HasSubstr(token)));
  }
}

}  // namespace
}  // namespace akidb::embedding::hub
