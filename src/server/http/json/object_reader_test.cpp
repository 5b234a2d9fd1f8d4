#include "server/http/json/object_reader.hpp"

#include <gtest/gtest.h>

#include "server/http/protocol/request.hpp"

namespace akidb::embedding::server {
namespace {

std::string padded(std::string text) {
  text.reserve(text.size() + kBodyPadding);
  return text;
}

TEST(ParseBody, HoldsTheDepthAndTheNumbers) {
  const auto nested = [](std::size_t depth) { return padded(std::string(depth, '[') + "1" + std::string(depth, ']')); };
  EXPECT_FALSE(parse_body(nested(64)).problem);
  EXPECT_TRUE(parse_body(nested(65)).problem);
  EXPECT_TRUE(parse_body(nested(100'000)).problem);
  for (const auto text :
       {"1e999", "NaN", "[1,]", "{\"a\":1,}", "\"\xff\"", "\"a\nb\"", "", "{} {}", "01", "\"\\ud800\""}) {
    EXPECT_TRUE(parse_body(padded(text)).problem) << text;
  }
  EXPECT_FALSE(parse_body(padded("\"\\u0000\"")).problem);
  for (const auto text : {"18446744073709551621", "[-99999999999999999999, 1]"}) {
    EXPECT_FALSE(parse_body(padded(text)).problem) << text;
  }
}

TEST(ParseBody, SaysWhereABodyIsNoJson) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "line 1, column 1: expected a value"},
      {"{\n  \"input\": [\"\u00e9\", x]\n}", "line 2, column 18: expected a value"},
      {"{\"input\": \"a\"", "line 1, column 14: expected ',' or '}'"},
      {"[\n\"\xFF\"]", "line 2, column 2: not valid UTF-8"},
      {"[01]", "line 1, column 3: expected ',' or ']'"},
      {std::string(65, '[') + "1" + std::string(65, ']'), "line 1, column 65: expected no more than 64 levels"},
      {"[99999999999999999999, 1e999]", simdjson::error_message(simdjson::NUMBER_ERROR)},
  };
  for (const auto& [text, problem] : cases) {
    const auto parsed = parse_body(padded(text));
    ASSERT_TRUE(parsed.problem) << text;
    EXPECT_EQ(parsed.problem->error.message, "the body is not valid JSON: " + problem);
  }
}

TEST(ObjectReader, ReadsInputsInAllTheirForms) {
  struct Case {
    std::string text;
    std::size_t count;
    bool list;
  };
  for (const auto& [text, count, list] : {
           Case{R"({"input":"a"})", 1, false},
           Case{R"({"input":["a","b"]})", 2, true},
           Case{R"({"input":[1,2,3]})", 1, false},
           Case{R"({"input":[[1,2],[3]]})", 2, true},
           Case{R"({"input":[]})", 0, true},
       }) {
    const std::string body = padded(text);
    const auto parsed = parse_body(body);
    ASSERT_FALSE(parsed.problem);
    ObjectReader in(parsed.root);
    std::vector<Input> inputs;
    bool was_list = false;
    in.inputs("input", inputs, was_list);
    EXPECT_FALSE(in.finish(Unknown::refuse));
    EXPECT_EQ(inputs.size(), count) << text;
    EXPECT_EQ(was_list, list) << text;
  }
  for (const auto text : {R"({"input":[1,"a"]})", R"({"input":[-1]})", R"({"input":[1.5]})", R"({"input":["a",1]})",
                          R"({"input":[[1],["a"]]})", R"({"input":{"a":1}})", R"({"input":true})"}) {
    const std::string body = padded(text);
    const auto parsed = parse_body(body);
    ObjectReader in(parsed.root);
    std::vector<Input> inputs;
    bool was_list = false;
    in.inputs("input", inputs, was_list);
    EXPECT_TRUE(in.finish(Unknown::refuse)) << text;
  }
}

}  // namespace
}  // namespace akidb::embedding::server
