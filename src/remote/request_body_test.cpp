#include "remote/request_body.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::remote {
namespace {

struct Case {
  const char* wire;
  BatchEmbeddingRequest request;
  const char* body;  // null: unsupported
};

std::vector<Case> cases() {
  const std::vector<Input> two = {"a \"b\"\n", ""};
  const std::vector<Input> ids = {TokenIds{101, 102}};
  return {
      {"openai", {.inputs = two}, R"({"model":"m","encoding_format":"float","input":["a \"b\"\n",""]})"},
      {"openai", {.inputs = ids}, R"({"model":"m","encoding_format":"float","input":[[101,102]]})"},
      {"openai", {.inputs = two, .normalize = Normalize::no}, nullptr},
      {"openai", {.inputs = two, .input_type = InputType::query}, nullptr},
      {"openai", {.inputs = two, .prompt_name = "query"}, nullptr},
      {"openai", {.inputs = two, .truncation = Truncation::error}, nullptr},
      {"openai", {.inputs = two, .output = Output::tokens}, nullptr},
      {"tei", {.inputs = two}, R"({"truncate":true,"inputs":["a \"b\"\n",""]})"},
      {"tei", {.inputs = ids}, R"({"truncate":true,"inputs":[[101,102]]})"},
      {"tei",
       {.inputs = two, .normalize = Normalize::no, .prompt_name = "q\"", .truncation = Truncation::left},
       R"({"normalize":false,"prompt_name":"q\"","truncate":true,"truncation_direction":"left","inputs":["a \"b\"\n",""]})"},
      {"tei", {.inputs = two, .truncation = Truncation::error}, R"({"truncate":false,"inputs":["a \"b\"\n",""]})"},
      {"huggingface",
       {.inputs = two, .normalize = Normalize::yes},
       R"({"normalize":true,"truncate":true,"inputs":["a \"b\"\n",""]})"},
      {"huggingface", {.inputs = ids}, nullptr},
      {"ollama", {.inputs = two}, R"({"model":"m","truncate":true,"input":["a \"b\"\n",""]})"},
      {"ollama", {.inputs = two, .truncation = Truncation::left}, nullptr},
      {"cohere",
       {.inputs = two, .input_type = InputType::query, .truncation = Truncation::error},
       R"({"model":"m","embedding_types":["float"],"input_type":"search_query","truncate":"NONE","texts":["a \"b\"\n",""]})"},
      {"cohere",
       {.inputs = two},
       R"({"model":"m","embedding_types":["float"],"input_type":"search_document","truncate":"END","texts":["a \"b\"\n",""]})"},
      {"jina",
       {.inputs = two, .normalize = Normalize::no, .input_type = InputType::document},
       R"({"model":"m","embedding_type":"float","normalized":false,"task":"retrieval.passage","truncate":true,"input":["a \"b\"\n",""]})"},
      {"jina", {.inputs = two, .truncation = Truncation::left}, nullptr},
  };
}

TEST(RequestBody, SaysWhatTheFormatHasWordsFor) {
  for (const auto& row : cases()) {
    const auto& wire = **find_wire(row.wire);
    const auto outcome = check_expressible(wire, row.request);
    ASSERT_EQ(outcome.has_value(), row.body != nullptr) << row.wire;
    if (row.body == nullptr) {
      EXPECT_EQ(outcome.error().code, ErrorCode::unsupported) << row.wire;
    } else {
      EXPECT_EQ(request_body(wire, "m", row.request, 0, row.request.inputs.size()), row.body) << row.wire;
    }
  }
}

TEST(RequestBody, HoldsAPartOfTheInputs) {
  const BatchEmbeddingRequest request{.inputs = {"a", "b", "c"}};
  EXPECT_EQ(request_body(**find_wire("tei"), "m", request, 1, 2), R"({"truncate":true,"inputs":["b"]})");
}

TEST(RequestBody, NeverHoldsInvalidUtf8) {
  const BatchEmbeddingRequest request{.inputs = {"a", "b\xFF"}};
  const auto outcome = check_expressible(**find_wire("tei"), request);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(outcome.error().input_index, 1U);
}

}  // namespace
}  // namespace akidb::embedding::remote
