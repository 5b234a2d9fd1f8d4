#include "cli/flags/toml_text.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::cli {
namespace {

constexpr auto kNone = std::string_view::npos;

TEST(TomlText, HasNoCharacterBeyondAsciiOutsideOfStringsAndComments) {
  struct Case {
    const char* text;
    std::size_t at;
  };
  const Case cases[] = {
      {"", kNone},
      {"a = 1 # \u00e9\nb = \"\u00e9\" # \u00e9", kNone},
      {"\xEF\xBB\xBF"
       "a = 1",
       kNone},
      {"\u00e9 = 1", 0},
      {"a = \u00e9", 4},
      {"a = 1 # x\n\u00e9", 10},
      {"a = \"\\\"\u00e9\"\u00e9", 10},
      {"a = '\\'\u00e9", 7},
      {"a = '\u00e9\"'\u00e9", 9},
      {"a = \"\"\u00e9", 6},
      {"a = \"\"\"\u00e9\n\\\"\"\" \u00e9 \"\"\"\"\"\u00e9", 23},
      {"a = '''\u00e9\n'' \u00e9 '''\u00e9", 19},
      {"a = \"no end\n\u00e9", 12},
      {"a = \"\"\"no end \u00e9", kNone},
      {"a = \"\\", kNone},
  };
  for (const auto& [text, at] : cases) EXPECT_EQ(find_bare_non_ascii(text).value_or(kNone), at) << text;
}

}  // namespace
}  // namespace akidb::embedding::cli
