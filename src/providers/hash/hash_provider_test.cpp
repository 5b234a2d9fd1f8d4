#include <akidb/embedding/open.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <thread>

#include "gtest/gtest.h"

namespace akidb::embedding {
namespace {

std::unique_ptr<EmbeddingProvider> open_hash(ProviderOptions options = {}) {
  options.provider = ProviderKind::hash;
  auto provider = open(options);
  EXPECT_TRUE(provider) << provider.error().message;
  return std::move(provider).value();
}

BatchEmbeddingRequest request_of(std::vector<Input> inputs) {
  BatchEmbeddingRequest request;
  request.inputs = std::move(inputs);
  return request;
}

std::vector<float> vector_of(const BatchEmbeddingResponse& response, std::size_t row) {
  const auto values = response.embeddings.row(row);
  return {values.begin(), values.end()};
}

TEST(HashProvider, GivesUnitVectorsThatDependOnTheTextAlone) {
  const auto provider = open_hash();
  const auto together = provider->embed_batch(request_of({"one", "two words", "", "one"}));
  ASSERT_TRUE(together);
  ASSERT_EQ(together->embeddings.rows(), 4U);
  EXPECT_EQ(vector_of(*together, 0), vector_of(*together, 3));
  EXPECT_NE(vector_of(*together, 0), vector_of(*together, 1));
  const auto alone = provider->embed_batch(request_of({"two words"}));
  ASSERT_TRUE(alone);
  EXPECT_EQ(vector_of(*alone, 0), vector_of(*together, 1));
  for (std::size_t row = 0; row < 4; ++row) {
    double squares = 0;
    for (const float value : together->embeddings.row(row)) squares += static_cast<double>(value) * value;
    EXPECT_NEAR(squares, 1.0, 1e-6);
  }
}

// Red only when the hash, the pooling or the normalisation was changed on purpose: callers pin these.
TEST(HashProvider, GivesTheSameNumbersEverywhere) {
  const auto response = open_hash()->embed_batch(request_of({"hello world"}));
  ASSERT_TRUE(response);
  const auto row = response->embeddings.row(0);
  EXPECT_EQ(response->inputs[0].tokens, 4U);
  EXPECT_NEAR(row[0], 0.0250452392F, 1e-8F);
  EXPECT_NEAR(row[1], -0.0077324717F, 1e-8F);
  EXPECT_NEAR(row[2], -0.0412399707F, 1e-8F);
}

TEST(HashProvider, CountsTokensAndTruncation) {
  ProviderOptions options;
  options.max_length = 5;
  const auto provider = open_hash(options);
  const auto response = provider->embed_batch(request_of({"a b", "a b c d e f"}));
  ASSERT_TRUE(response);
  EXPECT_EQ(response->inputs[0], (InputReport{4, 0}));
  EXPECT_EQ(response->inputs[1], (InputReport{5, 3}));
  EXPECT_EQ(response->usage.total_tokens, 9U);
  EXPECT_EQ(response->usage.truncated_inputs, 1U);
}

TEST(HashProvider, PutsTheCallersPromptsBeforeTexts) {
  ProviderOptions options;
  options.prompts = {{"query", "ask "}, {"plain", ""}};
  options.default_prompt = "query";
  const auto provider = open_hash(options);
  EXPECT_EQ(provider->model_info()->prompts, options.prompts);
  EXPECT_EQ(provider->model_info()->default_prompt_name, "query");
  const auto by_default = provider->embed_batch(request_of({"why"}));
  auto request = request_of({"ask why"});
  request.prompt_name = "plain";
  const auto as_it_is = provider->embed_batch(std::move(request));
  ASSERT_TRUE(by_default && as_it_is);
  EXPECT_EQ(vector_of(*by_default, 0), vector_of(*as_it_is, 0));
}

TEST(HashProvider, RefusesWhatItHasNot) {
  ProviderOptions options;
  options.provider = ProviderKind::hash;
  options.default_prompt = "query";
  const auto no_prompt = open(options);
  ASSERT_FALSE(no_prompt);
  EXPECT_EQ(no_prompt.error().message, "default_prompt: expected none, as the model has no prompts, got 'query'");
  options.prompts = {{"document", ""}};
  const auto another = open(options);
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().message, "default_prompt: expected one of document, got 'query'");
  for (const auto& [field, value] :
       {std::pair(&ProviderOptions::pooling, "cls"), std::pair(&ProviderOptions::onnx_file, "model.onnx")}) {
    options = {};
    options.provider = ProviderKind::hash;
    options.*field = value;
    const auto opened = open(options);
    ASSERT_FALSE(opened) << value;
    EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
  }
  options = {};
  options.provider = ProviderKind::hash;
  options.tokenizer = "tokenizer.json";
  const auto tokenizer = open(options);
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(tokenizer.error().message, "tokenizer: the provider hash knows no other than its own");
}

TEST(HashProvider, BoundsItsForwardPasses) {
  ProviderOptions options;
  options.max_batch_tokens = 64;
  const auto bounded = open_hash(options);
  EXPECT_EQ(bounded->model_info()->batch_tokens, 64U);
  options.max_batch_tokens = 1'000'000;
  EXPECT_EQ(open_hash(options)->model_info()->batch_tokens, open_hash()->model_info()->batch_tokens);
  const std::vector<Input> inputs(50, Input("a text of some words"));
  const auto one = bounded->embed_batch(request_of(inputs));
  const auto other = open_hash()->embed_batch(request_of(inputs));
  ASSERT_TRUE(one && other);
  EXPECT_EQ(vector_of(*one, 49), vector_of(*other, 49));
}

TEST(HashProvider, HandlesListsLongerThanItsQueue) {
  ProviderOptions options;
  options.max_queued_sequences = 16;
  const auto provider = open_hash(options);
  std::vector<Input> inputs;
  for (int at = 0; at < 20'000; ++at) inputs.emplace_back("text " + std::to_string(at));
  const auto response = provider->embed_batch(request_of(inputs));
  ASSERT_TRUE(response) << response.error().message;
  const auto one = provider->embed_batch(request_of({inputs[17'321]}));
  ASSERT_TRUE(one);
  EXPECT_EQ(vector_of(*response, 17'321), vector_of(*one, 0));
}

TEST(HashProvider, ServesManyCallersAtOnce) {
  const auto provider = open_hash();
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      for (int round = 0; round < 200; ++round) {
        const std::string text = "caller " + std::to_string(caller) + " round " + std::to_string(round);
        const auto response = provider->embed_batch(request_of({text, "other"}));
        ASSERT_TRUE(response);
        ASSERT_EQ(response->embeddings.rows(), 2U);
      }
    });
  }
  for (auto& caller : callers) caller.join();
}

TEST(HashProvider, GivesTokenRowsWithRanges) {
  auto request = request_of({"ab  c", ""});
  request.output = Output::tokens;
  const auto response = open_hash()->embed_batch(std::move(request));
  ASSERT_TRUE(response);
  const auto& embeddings = response->embeddings;
  EXPECT_EQ(embeddings.rows(), 6U);
  EXPECT_EQ(embeddings.first_row, (std::vector<std::size_t>{0, 4, 6}));
  EXPECT_EQ(embeddings.token_ranges[1], (ByteRange{0, 2}));
  EXPECT_EQ(embeddings.token_ranges[2], (ByteRange{4, 5}));
}

}  // namespace
}  // namespace akidb::embedding
