#include "hub/redirects.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::hub {
namespace {

net::Url url(const char* text) {
  auto parsed = net::parse_url(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *parsed : net::Url();
}

TEST(Token, GoesToItsOwnOriginOnly) {
  struct Case {
    const char* endpoint;
    bool is_set;
    const char* to;
    bool may;
  };
  for (const auto& [endpoint, is_set, to, may] : {
           Case{"https://huggingface.co", false, "https://huggingface.co/x", true},
           Case{"https://huggingface.co", false, "https://HUGGINGFACE.co:443/x", true},
           Case{"https://huggingface.co", false, "https://cdn.huggingface.co/x", false},
           Case{"https://huggingface.co", false, "https://huggingface.co.evil.example/x", false},
           Case{"https://huggingface.co", false, "https://huggingface.co:444/x", false},
           Case{"https://huggingface.co", false, "http://huggingface.co/x", false},
           Case{"http://hub.example", true, "http://hub.example/x", false},
           Case{"http://127.0.0.1:8080", true, "http://127.0.0.1:8080/x", true},
           Case{"http://127.0.0.1:8080", false, "http://127.0.0.1:8080/x", false},
           Case{"http://127.0.0.1:8080", true, "http://127.0.0.1:8081/x", false},
           Case{"http://127.0.0.1:8080", true, "http://localhost:8080/x", false},
       }) {
    EXPECT_EQ(may_send_token(url(endpoint), is_set, url(to)), may) << endpoint << " " << to;
  }
}

TEST(NextHop, NeverGoesDownToPlainHttp) {
  const auto secure = url("https://host/a");
  EXPECT_EQ(next_hop(secure, "/b")->text, "https://host/b");
  EXPECT_TRUE(next_hop(secure, "https://cdn/b"));
  EXPECT_TRUE(next_hop(url("http://localhost/a"), "http://cdn/b"));
  for (const char* location :
       {"http://host/b", "http://cdn/b", "file:///etc/passwd", "ftp://cdn/b", "https://u@cdn/b"}) {
    const auto hop = next_hop(secure, location);
    ASSERT_FALSE(hop) << location;
    EXPECT_EQ(hop.error().code, ErrorCode::data_corrupt) << location;
  }
}

}  // namespace
}  // namespace akidb::embedding::hub
