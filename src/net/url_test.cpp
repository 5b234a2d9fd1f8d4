#include "net/url.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::net {
namespace {

TEST(Url, IsTakenApart) {
  struct Case {
    const char* text;
    const char* origin;
    bool loopback;
  };
  for (const auto& [text, origin, loopback] : {
           Case{"https://huggingface.co/api/models", "https://huggingface.co:443", false},
           Case{"HTTP://LocalHost:8080/x?y#z", "http://localhost:8080", true},
           Case{"http://127.1.2.3/", "http://127.1.2.3:80", true},
           Case{"http://0x7f000001/", "http://127.0.0.1:80", true},
           Case{"http://[::1]:99", "http://[::1]:99", true},
           Case{"https://127.0.0.1.example.com/", "https://127.0.0.1.example.com:443", false},
           Case{"https://localhost.example.com", "https://localhost.example.com:443", false},
       }) {
    const auto url = parse_url(text);
    ASSERT_TRUE(url) << text << ": " << to_string(url.error());
    EXPECT_EQ(url->origin(), origin) << text;
    EXPECT_EQ(url->is_loopback(), loopback) << text;
    EXPECT_EQ(url->text.find('#'), std::string::npos) << text;
  }
}

TEST(Url, OfAnotherKindIsRefused) {
  for (const std::string text :
       {"", "huggingface.co/x", "file:///etc/passwd", "ftp://host/x", "https://", "https://user@host/",
        "https://user:word@host/", "https://host:99999/", "gopher://x", "http://a%7f.b/", "http://%30/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, ErrorCode::invalid_argument);
  }
  EXPECT_FALSE(parse_url(std::string_view("https://host/\0x", 15)));
}

TEST(Url, ResolvesWhereAnAnswerLeads) {
  const auto base = parse_url("https://host:8443/a/b?c");
  ASSERT_TRUE(base);
  for (const auto& [location, text] :
       {std::pair("/x/y", "https://host:8443/x/y"), std::pair("z", "https://host:8443/a/z"),
        std::pair("//cdn/x", "https://cdn/x"), std::pair("http://h/", "http://h/"),
        std::pair("https://cdn/a b", "https://cdn/a%20b")}) {
    const auto url = resolve_url(*base, location);
    ASSERT_TRUE(url) << location << ": " << to_string(url.error());
    EXPECT_EQ(url->text, text);
  }
  for (const char* location : {"file:///etc/passwd", "https://user@host/", "javascript:x"}) {
    EXPECT_FALSE(resolve_url(*base, location)) << location;
  }
}

}  // namespace
}  // namespace akidb::embedding::net
