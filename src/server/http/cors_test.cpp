#include "server/http/cors.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

std::string field(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.fields) {
    if (key == name) return value;
  }
  return {};
}

std::string allowed(const std::vector<std::string>& origins, std::string_view origin) {
  Response response;
  add_cors_fields(origins, origin, response);
  EXPECT_EQ(field(response, "access-control-allow-credentials"), "");
  return field(response, "access-control-allow-origin");
}

Request question(std::string origin) {
  Request request;
  request.method = "OPTIONS";
  request.fields = {{"origin", std::move(origin)}, {"access-control-request-method", "POST"}};
  return request;
}

TEST(Cors, LetsListedOriginsReadOnly) {
  EXPECT_EQ(allowed({}, "https://a.example"), "");
  EXPECT_EQ(allowed({"https://a.example"}, "https://a.example"), "https://a.example");
  EXPECT_EQ(allowed({"https://a.example"}, "https://a.example.evil.example"), "");
  EXPECT_EQ(allowed({"https://a.example"}, "http://a.example"), "");
  EXPECT_EQ(allowed({"https://a.example"}, "null"), "");
  EXPECT_EQ(allowed({"https://a.example"}, ""), "");
  EXPECT_EQ(allowed({"*"}, "https://a.example"), "*");
}

TEST(Cors, TellsCachesThatAnswersDiffer) {
  Response response;
  add_cors_fields({"https://a.example"}, "https://b.example", response);
  EXPECT_EQ(field(response, "vary"), "Origin");
}

TEST(Cors, AnswersPreflightsOfListedOrigins) {
  const std::vector<std::string> origins = {"https://a.example"};
  const auto answer = preflight(origins, question("https://a.example"), "POST");
  ASSERT_TRUE(answer);
  EXPECT_EQ(field(*answer, "access-control-allow-methods"), "POST");
  EXPECT_NE(field(*answer, "access-control-allow-headers").find("authorization"), std::string::npos);
  EXPECT_FALSE(preflight(origins, question("https://b.example"), "POST"));
  EXPECT_FALSE(preflight(origins, question("https://a.example"), ""));  // no such path
  EXPECT_FALSE(preflight({}, question("https://a.example"), "POST"));
  Request plain = question("https://a.example");
  plain.fields.pop_back();
  EXPECT_FALSE(preflight(origins, plain, "POST"));
  Request post = question("https://a.example");
  post.method = "POST";
  EXPECT_FALSE(preflight(origins, post, "POST"));
}

}  // namespace
}  // namespace akidb::embedding::server
