#include "server/playground/playground_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>
#include <string>

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

std::string source_hash(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 64> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" + std::string(base64.begin(), base64.begin() + length) + "'";
}

TEST(PlaygroundPage, PolicyAllowsItsStyleAndItsScriptOnly) {
  const auto& page = playground_page();
  const std::string policy(page.content_security_policy);
  EXPECT_THAT(policy, HasSubstr("default-src 'none';"));
  EXPECT_THAT(policy, HasSubstr("script-src " + source_hash(between(page.html, "<script type=\"module\">", "</script>")) + ";"));
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
