#include "server/api/batch_plan.hpp"

#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

// An answer whose row i holds 10 * i.
BatchEmbeddingResponse answer(std::size_t rows) {
  BatchEmbeddingResponse response;
  std::vector<float> values;
  for (std::size_t i = 0; i < rows; ++i) values.push_back(static_cast<float>(10 * i));
  response.embeddings = Embeddings(1, std::move(values));
  for (std::size_t i = 0; i < rows; ++i) response.inputs.push_back({static_cast<std::uint32_t>(i + 1), 0});
  response.usage.total_tokens = 99;
  return response;
}

std::vector<float> values_of(const BatchEmbeddingResponse& response) {
  const auto values = response.embeddings.values();
  return {values.begin(), values.end()};
}

TEST(BatchPlan, ComputesARepeatedTextOnce) {
  TextCache none(0);
  BatchEmbeddingRequest request;
  request.inputs = {"a", "b", "a", "c", "b"};
  BatchPlan plan(request, "m", none);
  EXPECT_EQ(request.inputs.size(), 3U);
  EXPECT_EQ(plan.duplicates(), 2U);
  auto response = answer(3);
  plan.complete(response, none);
  EXPECT_EQ(values_of(response), (std::vector<float>{0, 10, 0, 20, 10}));
  EXPECT_EQ(response.usage.total_tokens, 1U + 2 + 1 + 3 + 2);
  Error error{ErrorCode::invalid_argument, "inputs[2]: too long", {}, 2};
  plan.restore_index(error);
  EXPECT_EQ(error.input_index, 3U);
  EXPECT_EQ(error.message, "inputs[3]: too long");
}

TEST(BatchPlan, LeavesTokenRowsAndTokenIdsAsTheyAre) {
  TextCache none(0);
  BatchEmbeddingRequest request;
  request.inputs = {"a", "a"};
  request.output = Output::tokens;
  EXPECT_EQ(BatchPlan(request, "m", none).duplicates(), 0U);
  request.output = Output::pooled;
  request.inputs = {Input(TokenIds{1}), Input(TokenIds{1})};
  EXPECT_EQ(BatchPlan(request, "m", none).duplicates(), 0U);
  EXPECT_EQ(request.inputs.size(), 2U);
}

TEST(BatchPlan, TakesFromTheCacheOnlyWhatWasAskedInTheSameWay) {
  TextCache cache(1 << 20);
  BatchEmbeddingRequest first;
  first.inputs = {"a", "b"};
  BatchPlan fill(first, "m", cache);
  auto filled = answer(2);
  fill.complete(filled, cache);

  BatchEmbeddingRequest again;
  again.inputs = {"b", "c", "b", "a"};
  BatchPlan plan(again, "m", cache);
  EXPECT_EQ(again.inputs.size(), 1U);
  EXPECT_EQ(plan.cache_hits(), 3U);
  auto response = answer(1);
  response.embeddings = Embeddings(1, {7});
  plan.complete(response, cache);
  EXPECT_EQ(values_of(response), (std::vector<float>{10, 7, 10, 0}));

  BatchEmbeddingRequest known;
  known.inputs = {"a"};
  BatchPlan all(known, "m", cache);
  EXPECT_FALSE(all.has_work());
  EXPECT_EQ(values_of(all.from_cache("m")), std::vector<float>{0});

  for (int form = 0; form < 5; ++form) {
    BatchEmbeddingRequest other;
    other.inputs = {"a"};
    if (form == 0) other.normalize = Normalize::no;
    if (form == 1) other.input_type = InputType::query;
    if (form == 2) other.dimensions = 1;
    if (form == 3) other.prompt_name = "p";
    EXPECT_TRUE(BatchPlan(other, form == 4 ? "n" : "m", cache).has_work()) << form;
  }
}

}  // namespace
}  // namespace akidb::embedding::server
