#include "remote/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::remote {
namespace {

using ::testing::HasSubstr;

struct Good {
  const char* wire;
  const char* body;
  std::size_t tokens;
};

// Each is an answer to two inputs, with the rows 1 -2 and 0.5 0.
TEST(Answer, IsReadAsItsFormatHasIt) {
  for (
      const auto& row : {
          Good{
              "openai",
              R"({"object":"list","data":[{"index":0,"embedding":[1,-2]},{"index":1,"embedding":[0.5,0]}],"model":"m",)"
              R"("usage":{"prompt_tokens":7,"total_tokens":7}})",
              7},
          Good{"openai", R"({"data":[{"index":1,"embedding":[0.5,0]},{"index":0,"embedding":[1,-2]}]})", 0},
          Good{"openai", R"({"data":[{"embedding":[1,-2]},{"embedding":[5e-1,0]}],"usage":null})", 0},
          Good{"openai", R"({"data":[{"index":0,"embedding":"AACAPwAAAMA="},{"index":1,"embedding":"AAAAPwAAAAA="}]})",
               0},
          Good{"tei", "[[1,-2],[0.5,0]]", 0},
          Good{"huggingface", " [[1.0,-2.0],[0.5,0.0]]\n", 0},
          Good{"ollama", R"({"model":"m","embeddings":[[1,-2],[0.5,0]],"total_duration":1,"prompt_eval_count":9})", 9},
          Good{"cohere",
               R"({"id":"x","texts":["a","b"],"embeddings":{"float":[[1,-2],[0.5,0]]},)"
               R"("meta":{"billed_units":{"input_tokens":4}}})",
               4},
          Good{"jina",
               R"({"data":[{"object":"embedding","index":0,"embedding":[1,-2]},{"index":1,"embedding":[0.5,0]}],)"
               R"("usage":{"total_tokens":3}})",
               3},
      }) {
    const auto answer = read_answer(**find_wire(row.wire), row.body, 2);
    ASSERT_TRUE(answer) << row.body << to_string(answer.error());
    EXPECT_EQ(answer->dimension, 2U) << row.body;
    EXPECT_EQ(answer->values, (std::vector<float>{1, -2, 0.5F, 0})) << row.body;
    EXPECT_EQ(answer->tokens, row.tokens) << row.body;
  }
}

struct Bad {
  const char* wire;
  const char* body;
  const char* words;
  ErrorCode code = ErrorCode::data_corrupt;
};

TEST(Answer, IsRefusedWhereItIsNone) {
  for (const auto& row : {
           Bad{"tei", "", "found nothing"},
           Bad{"tei", " \n", "found nothing"},
           Bad{"tei", "<!doctype html><title>502</title>", "HTML"},
           Bad{"tei", "[[1,2],[3,4]", "the server's answer"},
           Bad{"tei", "[[1,2],[3,4]] x", "the server's answer"},
           Bad{"tei", "[[1,NaN],[3,4]]", "the server's answer"},
           Bad{"tei", "[[1,null],[3,4]]", "[0][1]: expected a number, found null"},
           Bad{"tei", "[[1,2],null]", "expected a list of numbers, found null"},
           Bad{"tei", R"([[1,"2"],[3,4]])", "found a string"},
           Bad{"tei", "[[1,1e39],[3,4]]", "not finite"},
           Bad{"tei", "[[1,2]]", "expected 2 rows, found 1"},
           Bad{"tei", "[[1,2],[3,4],[5,6]]", "expected 2 rows, found 3"},
           Bad{"tei", "[[1,2],[3]]", "expected 2 values as in the first row, found 1"},
           Bad{"tei", "[[],[]]", "without values"},
           Bad{"tei", "[[[1,2],[3,4]],[[5,6]]]", "a vector for each token", ErrorCode::unsupported},
           Bad{"tei", R"({"data":[]})", "expected a list of rows, found an object"},
           Bad{"openai", "[[1,2],[3,4]]", "the server's answer"},
           Bad{"openai", R"({"error":"no"})", "data"},
           Bad{"openai", R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]})",
               "second row of index 0"},
           Bad{"openai", R"({"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[2]}]})", "of index 2"},
           Bad{"openai", R"({"data":[{"index":0,"embedding":[1]},{"index":-1,"embedding":[2]}]})", "index"},
           Bad{"openai", R"({"data":[{"index":0},{"index":1,"embedding":[2]}]})", "embedding"},
           Bad{"openai", R"({"data":[{"index":0,"embedding":"AACAPw="},{"index":1,"embedding":"AACAPw=="}]})",
               "base64"},
           Bad{"openai", R"({"data":[{"index":0,"embedding":"AADAfw=="},{"index":1,"embedding":"AACAPw=="}]})",
               "not finite"},
           Bad{"cohere", R"({"embeddings":{"int8":[[1],[2]]}})", "float"},
           Bad{"ollama", R"({"embedding":[1,2]})", "embeddings"},
       }) {
    const auto answer = read_answer(**find_wire(row.wire), row.body, 2);
    ASSERT_FALSE(answer) << row.body;
    EXPECT_EQ(answer.error().code, row.code) << row.body;
    EXPECT_THAT(answer.error().message, HasSubstr(row.words)) << row.body;
  }
}

TEST(ServerWords, AreFoundWhereServersPutThem) {
  EXPECT_EQ(server_words(R"({"error":{"message":"too long","type":"x"}})"), "too long");
  EXPECT_EQ(server_words(R"({"error":"Model is loading","error_type":"x"})"), "Model is loading");
  EXPECT_EQ(server_words(R"({"message":"no\nkey"})"), "no key");
  EXPECT_EQ(server_words(R"({"detail":"bad input"})"), "bad input");
  EXPECT_EQ(server_words(R"({"detail":[{"msg":"x"}]})"), "");
  EXPECT_EQ(server_words("<html>"), "");
  EXPECT_EQ(server_words("\"no caf\u00e9\""), "no caf\u00e9");
  EXPECT_EQ(server_words("\"" + std::string(199, 'x') + "\u00e9\""), std::string(199, 'x'));
  EXPECT_LE(server_words("\"" + std::string(1000, 'x') + "\"").size(), 200U);
}

}  // namespace
}  // namespace akidb::embedding::remote
