#include "server/playground/playground_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/sha256.hpp"

namespace akidb::embedding::server {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What stands between two marks, of which the first must be there once.
std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto first = text.find(begin);
  EXPECT_NE(first, std::string_view::npos) << begin;
  EXPECT_EQ(text.find(begin, first + 1), std::string_view::npos) << begin;
  const auto from = first + begin.size();
  return std::string(text.substr(from, text.find(end, from) - from));
}

// As a policy names it: base64 of the digest, whose 64 hexadecimal digits come six to four letters.
std::string source_hash(const std::string& text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string digits = base::sha256_hex(text) + "00";
  std::string base64;
  for (std::size_t i = 0; i < digits.size(); i += 6) {
    const auto bits = std::stoul(digits.substr(i, 6), nullptr, 16);
    for (const unsigned shift : {18U, 12U, 6U, 0U}) base64 += kLetters[(bits >> shift) & 63U];
  }
  base64.back() = '=';
  return "'sha256-" + base64 + "'";
}

TEST(PlaygroundPage, PolicyAllowsItsStyleAndItsScriptOnly) {
  const auto& page = playground_page();
  const std::string policy(page.content_security_policy);
  EXPECT_THAT(policy, HasSubstr("default-src 'none';"));
  EXPECT_THAT(policy, HasSubstr("script-src " +
                                source_hash(between(page.html, "<script type=\"module\">", "</script>")) + ";"));
  EXPECT_THAT(policy, HasSubstr("style-src " + source_hash(between(page.html, "<style>", "</style>")) + ";"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
}

TEST(PlaygroundPage, IsWholeAndNeedsNothingFromOutside) {
  const std::string html(playground_page().html);
  EXPECT_TRUE(html.starts_with("<!doctype html>"));
  EXPECT_TRUE(html.ends_with("</html>\n"));
  EXPECT_THAT(html, Not(HasSubstr("@PAGE_")));
  for (const auto* outside : {"src=\"", "href=\"http", "@import", "url(", "innerHTML", "style=\"", " onclick="}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
}

TEST(PlaygroundPage, FieldsCarryThePolicy) {
  bool found = false;
  for (const auto& [name, value] : playground_fields()) {
    EXPECT_FALSE(value.empty()) << name;
    found |= name == "content-security-policy" && value == playground_page().content_security_policy;
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace akidb::embedding::server
