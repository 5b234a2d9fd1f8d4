#include "remote/api_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace akidb::embedding::remote {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Key : ::testing::Test {
  void SetUp() override {
    ::setenv("OPENAI_API_KEY", "of-the-maker", 1);
    ::setenv("AKIDB_TEST_KEY", " of-mine \n", 1);
  }
  void TearDown() override {
    ::unsetenv("OPENAI_API_KEY");
    ::unsetenv("AKIDB_TEST_KEY");
  }
  const Wire& openai = **find_wire("openai");

  Result<std::string> in_file(const std::string& content) {
    const auto path = std::filesystem::path(::testing::TempDir()) / "akidb_test.key";
    std::ofstream(path) << content;
    RemoteOptions options;
    options.key_file = path;
    auto key = find_key(options, openai);
    std::filesystem::remove(path);
    return key;
  }
};

TEST_F(Key, OfTheMakerGoesToTheMakerAlone) {
  EXPECT_EQ(find_key({}, openai).value(), "of-the-maker");
  EXPECT_EQ(find_key({.endpoint = "http://elsewhere"}, openai).value(), "");
  EXPECT_EQ(find_key({}, **find_wire("ollama")).value(), "");
}

TEST_F(Key, IsTakenFromAVariableThatIsNamed) {
  EXPECT_EQ(find_key({.endpoint = "http://elsewhere", .key_variable = "AKIDB_TEST_KEY"}, openai).value(), "of-mine");
  const auto missing = find_key({.key_variable = "AKIDB_TEST_NO_KEY"}, openai);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::unauthenticated);
  EXPECT_THAT(missing.error().message, HasSubstr("AKIDB_TEST_NO_KEY"));
}

TEST_F(Key, IsTakenFromAFile) {
  EXPECT_EQ(in_file("of-a-file\r\n").value(), "of-a-file");
  EXPECT_EQ(in_file(" \n").error().code, ErrorCode::unauthenticated);
  RemoteOptions options;
  options.key_file = "/nowhere/akidb.key";
  EXPECT_EQ(find_key(options, openai).error().code, ErrorCode::not_found);
  options.key_variable = "AKIDB_TEST_KEY";
  EXPECT_EQ(find_key(options, openai).error().code, ErrorCode::invalid_argument);
}

TEST_F(Key, OfOddCharactersIsRefusedAndNotShown) {
  for (const auto* text : {"secret\nX-Header: 1", "secret key",
                           "s\xC3\xA9"
                           "cret",
                           "secret\x01"}) {
    const auto key = in_file(text);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(to_string(key.error()), Not(HasSubstr("cret")));
  }
}

}  // namespace
}  // namespace akidb::embedding::remote
