#include "server/api/access.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

TEST(KeySet, KnowsItsKeysPlainAndHashed) {
  KeySet keys;
  // The digest of "second".
  ASSERT_TRUE(
      keys.add_lines("# keys\n\n  first \r\n"
                     "sha256:16367AACB67A4A017C8DA8AB95682CCB390863780F7114DDA0A0E0C55644C7C4\n"));
  EXPECT_TRUE(keys.name_of("first"));
  EXPECT_EQ(keys.name_of("second"), "key-16367aac");
  for (const auto wrong : {"", "firs", "first ", "FIRST", "third", "# keys",
                           "16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4"}) {
    EXPECT_FALSE(keys.name_of(wrong)) << wrong;
  }
}

TEST(KeySet, SaysWhatIsWrongWithoutShowingTheKey) {
  for (const auto wrong : {"sha256:123secret", "two secret words"}) {
    KeySet keys;
    const auto added = keys.add_lines(wrong);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().message.find("secret"), std::string::npos);
  }
}

}  // namespace
}  // namespace akidb::embedding::server
