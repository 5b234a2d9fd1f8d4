#include "hub/cache_folders.hpp"

#include <gtest/gtest.h>

#include <map>

namespace akidb::embedding::hub {
namespace {

struct Case {
  std::map<std::string, std::string> environment;
  const char* given;
  const char* own;
  const char* hub;
};

TEST(CacheFolders, FollowTheEnvironment) {
  const std::vector<Case> cases = {
      {{{"HOME", "/h"}}, "", "/h/.cache/akidb-embedding", "/h/.cache/huggingface/hub"},
      {{{"HOME", "/h"}, {"XDG_CACHE_HOME", "/x"}}, "", "/x/akidb-embedding", "/x/huggingface/hub"},
      {{{"HOME", "/h"}, {"XDG_CACHE_HOME", "x"}}, "", "/h/.cache/akidb-embedding", "/h/.cache/huggingface/hub"},
      {{{"HOME", "/h"}, {"HF_HOME", "/f"}}, "", "/h/.cache/akidb-embedding", "/f/hub"},
      {{{"HOME", "/h"}, {"HF_HOME", "/f"}, {"HUGGINGFACE_HUB_CACHE", "/g"}}, "", "/h/.cache/akidb-embedding", "/g"},
      {{{"HOME", "/h"}, {"HF_HUB_CACHE", "~/c"}, {"HUGGINGFACE_HUB_CACHE", "/g"}},
       "",
       "/h/.cache/akidb-embedding",
       "/h/c"},
      {{{"HOME", "/h"}, {"AKIDB_EMBED_CACHE", "/a"}}, "", "/a", "/h/.cache/huggingface/hub"},
      {{{"HOME", "/h"}, {"AKIDB_EMBED_CACHE", "~"}}, "", "/h", "/h/.cache/huggingface/hub"},
      {{{"HOME", "/h"}, {"AKIDB_EMBED_CACHE", "/a"}}, "/given", "/given", "/h/.cache/huggingface/hub"},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Environment environment = [&](const char* name) -> std::optional<std::string> {
      const auto variable = cases[i].environment.find(name);
      if (variable == cases[i].environment.end()) return std::nullopt;
      return variable->second;
    };
    const CacheFolders folders = cache_folders(cases[i].given, {}, environment);
    EXPECT_EQ(folders.own, cases[i].own) << i;
    EXPECT_EQ(folders.hub, cases[i].hub) << i;
    EXPECT_EQ(folders.models(), folders.own / "models");
    EXPECT_EQ(folders.derived(), folders.own / "derived");
    EXPECT_EQ(cache_folders({}, "/given", environment).hub, "/given");
  }
}

TEST(CacheFolders, WithoutAHomeTheSystemKnowsIt) {
  const CacheFolders folders = cache_folders({}, {}, [](const char*) { return std::optional<std::string>(); });
  EXPECT_TRUE(folders.own.string().ends_with("/.cache/akidb-embedding")) << folders.own;
}

}  // namespace
}  // namespace akidb::embedding::hub
