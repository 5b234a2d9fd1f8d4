// The library as its users see it, on the real default model: every promise of the public headers that
// needs one. Values are the golden test's business; here they are only compared with each other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/tokenizer.hpp>

#include <cmath>
#include <ctime>
#include <future>
#include <thread>

#include "golden_data.hpp"

namespace akidb::embedding {
namespace {

using test::golden;
using test::largest_difference;
using ::testing::HasSubstr;

constexpr auto kModel = "sentence-transformers/all-MiniLM-L6-v2";
constexpr std::uint32_t kMaxTokens = 256;

std::unique_ptr<EmbeddingProvider> must_open(const ProviderOptions& options) {
  auto opened = open(options);
  if (opened) return std::move(*opened);
  ADD_FAILURE() << to_string(opened.error());
  std::exit(EXIT_FAILURE);
}

// One provider for all tests that need no options of their own.
EmbeddingProvider& provider() {
  static const auto opened = must_open({});
  return *opened;
}

// What a value may differ by.
float bound() {
  static const float of_precision = test::largest_difference_of(provider().model_info()->matmul_precision);
  return of_precision;
}

BatchEmbeddingResponse must_embed(EmbeddingProvider& where, BatchEmbeddingRequest request) {
  auto response = where.embed_batch(std::move(request));
  if (response) return std::move(*response);
  ADD_FAILURE() << to_string(response.error());
  return {};
}

std::vector<float> vector_of(BatchEmbeddingRequest request) {
  return must_embed(provider(), std::move(request)).embeddings.take_values();
}

void expect_error(BatchEmbeddingRequest request, ErrorCode code, const std::string& part = "") {
  const auto response = provider().embed_batch(std::move(request));
  ASSERT_FALSE(response) << "expected an error: " << part;
  EXPECT_EQ(response.error().code, code) << to_string(response.error());
  EXPECT_THAT(response.error().message, HasSubstr(part));
}

double norm(std::span<const float> vector) {
  double sum = 0;
  for (const float value : vector) sum += double{value} * double{value};
  return std::sqrt(sum);
}

std::string long_text() {
  std::string text = "one";
  for (int i = 0; i < 400; ++i) text += i % 3 == 0 ? " small step" : " giant leap";
  return text;
}

std::vector<Input> many_inputs(std::size_t count) {
  std::vector<Input> inputs;
  for (std::size_t i = 0; i < count; ++i) inputs.emplace_back("sentence number " + std::to_string(i) + " of many");
  return inputs;
}

TEST(Integration, InfoSaysWhatTheModelIsAndWhatItRunsOn) {
  const auto info = provider().model_info();
  ASSERT_TRUE(info) << to_string(info.error());
  EXPECT_EQ(info->model, kModel);
  EXPECT_EQ(info->dimension, 384U);
  EXPECT_EQ(info->max_tokens, kMaxTokens);
  EXPECT_EQ(info->dtype, "fp32");
  EXPECT_EQ(info->pooling, "mean");
  EXPECT_EQ(info->architecture, "bert");
  EXPECT_TRUE(info->normalized);
  EXPECT_GE(info->threads, 1U);
  EXPECT_FALSE(info->device.empty());
  EXPECT_FALSE(info->device_reason.empty());
  if (info->provider == "native") {
    EXPECT_THAT(info->runtime, HasSubstr("kernels"));
    EXPECT_THAT(info->execution, HasSubstr("6 layers"));
    EXPECT_THAT(info->matmul_precision, ::testing::AnyOf("highest", "high"));
  } else {
    EXPECT_EQ(info->provider, "onnx");
    EXPECT_THAT(info->runtime, HasSubstr("ONNX Runtime"));
    EXPECT_THAT(info->execution, HasSubstr("ExecutionProvider"));
    EXPECT_EQ(info->matmul_precision, "");
  }
}

TEST(Integration, OneText) {
  const auto response = must_embed(provider(), {.inputs = {"hello world"}});
  EXPECT_EQ(response.model, kModel);
  ASSERT_EQ(response.embeddings.rows(), 1U);
  ASSERT_EQ(response.embeddings.dimension(), 384U);
  EXPECT_NEAR(norm(response.embeddings.row(0)), 1.0, 1e-6);
  EXPECT_EQ(response.inputs, (std::vector<InputReport>{{.tokens = 4, .truncated_tokens = 0}}));
  EXPECT_EQ(response.usage.total_tokens, 4U);
  EXPECT_EQ(response.usage.truncated_inputs, 0U);
  EXPECT_GT(response.usage.duration.count(), 0);
}

TEST(Integration, ABatchComesHomeInItsOrder) {
  const std::vector<std::string> texts = {"hello world", long_text(), "The meeting could have been an email.",
                                          "hello world", ""};
  const auto response = must_embed(provider(), {.inputs = {texts.begin(), texts.end()}});
  ASSERT_EQ(response.embeddings.rows(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto alone = vector_of({.inputs = {texts[i]}});
    EXPECT_LE(largest_difference(response.embeddings.row(i), alone), bound()) << i;
  }
  EXPECT_EQ(response.usage.truncated_inputs, 1U);
}

// Threads may spin within a run, never after it: half of the time on one core would be 150 ms.
TEST(Integration, AnIdleProviderUsesNoProcessorTime) {
  (void)vector_of({.inputs = {"the only text on an idle machine"}});
  const auto before = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_LT(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, 0.15);
}

TEST(Integration, TheSameCallGivesTheSameBits) {
  const BatchEmbeddingRequest request{.inputs = {"The same text, the same vector."}};
  EXPECT_EQ(vector_of(request), vector_of(request));
}

TEST(Integration, AnEmptyListIsAnError) { expect_error({}, ErrorCode::invalid_argument); }

TEST(Integration, TheEmptyStringIsAText) {
  const auto response = must_embed(provider(), {.inputs = {""}});
  ASSERT_EQ(response.embeddings.rows(), 1U);
  EXPECT_LE(largest_difference(response.embeddings.row(0), golden("").vector), bound());
  EXPECT_EQ(response.inputs[0].tokens, 2U);  // [CLS] and [SEP]
}

// What truncation keeps, as token ids: the special tokens and one end of the text.
TokenIds cut(const std::string& text, Truncation side) {
  TokenIds body;
  EXPECT_TRUE(provider().tokenizer()->encode_ids(text, false, body));
  const auto keep = static_cast<std::ptrdiff_t>(kMaxTokens - 2);
  EXPECT_GT(std::ssize(body), keep);
  TokenIds ids(provider().tokenizer()->prefix_ids().begin(), provider().tokenizer()->prefix_ids().end());
  const auto begin = side == Truncation::right ? body.begin() : body.end() - keep;
  ids.insert(ids.end(), begin, begin + keep);
  ids.insert(ids.end(), provider().tokenizer()->suffix_ids().begin(), provider().tokenizer()->suffix_ids().end());
  return ids;
}

TEST(Integration, TooLongIsCutOnTheSideThatWasAskedFor) {
  for (const auto side : {Truncation::right, Truncation::left}) {
    const auto ids = cut(long_text(), side);
    ASSERT_EQ(ids.size(), kMaxTokens);
    const auto response = must_embed(provider(), {.inputs = {long_text()}, .truncation = side});
    EXPECT_LE(largest_difference(response.embeddings.row(0), vector_of({.inputs = {ids}})), bound());
    EXPECT_EQ(response.inputs[0].tokens, kMaxTokens);
    EXPECT_GT(response.inputs[0].truncated_tokens, 0U);
    EXPECT_EQ(response.usage.truncated_inputs, 1U);
  }
  const auto right = vector_of({.inputs = {long_text()}, .truncation = Truncation::right});
  const auto left = vector_of({.inputs = {long_text()}, .truncation = Truncation::left});
  EXPECT_GT(largest_difference(right, left), 1e-4F);
}

TEST(Integration, TooLongIsAnErrorWhereThatWasAskedFor) {
  const auto response =
      provider().embed_batch({.inputs = {"short", long_text(), "short"}, .truncation = Truncation::error});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(response.error().input_index, 1U);
  EXPECT_THAT(response.error().message, HasSubstr("256"));
  EXPECT_TRUE(provider().embed_batch({.inputs = {"short"}, .truncation = Truncation::error}));
}

TEST(Integration, InvalidUtf8NamesTheInputAndTheByte) {
  const auto response = provider().embed_batch({.inputs = {"fine", "also fine", "broken \xc3("}});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(response.error().input_index, 2U);
  EXPECT_THAT(response.error().message, HasSubstr("7"));
}

TEST(Integration, ConcurrentCallersGetTheirOwnVectors) {
  constexpr std::size_t kCallers = 8;
  constexpr std::size_t kEach = 20;
  std::vector<float> worst(kCallers, 1);
  {
    std::vector<std::jthread> callers;
    for (std::size_t caller = 0; caller < kCallers; ++caller) {
      callers.emplace_back([caller, &worst] {
        float largest = 0;
        for (std::size_t i = 0; i < kEach; ++i) {
          const auto& one = test::golden_texts()[caller * kEach + i];
          const auto& two = test::golden_texts()[i];
          const auto response = provider().embed_batch({.inputs = {one.text, two.text}});
          if (!response) return;  // `worst` stays 1
          largest = std::max(largest, largest_difference(response->embeddings.row(0), one.vector));
          largest = std::max(largest, largest_difference(response->embeddings.row(1), two.vector));
        }
        worst[caller] = largest;
      });
    }
  }
  EXPECT_THAT(worst, ::testing::Each(::testing::Le(bound())));
}

// The outcome of an asynchronous request; fails the test when it does not come within a minute.
Result<BatchEmbeddingResponse> outcome_of(BatchEmbeddingRequest request,
                                          const std::function<void()>& after_submit = {}) {
  auto promise = std::make_shared<std::promise<Result<BatchEmbeddingResponse>>>();
  auto future = promise->get_future();
  provider().embed_batch_async(std::move(request), [promise](Result<BatchEmbeddingResponse> outcome) {
    promise->set_value(std::move(outcome));
  });
  if (after_submit) after_submit();
  if (future.wait_for(std::chrono::minutes(1)) == std::future_status::ready) return future.get();
  return Error{.code = ErrorCode::internal, .message = "no outcome within a minute"};
}

TEST(Integration, AnAsynchronousRequestCompletes) {
  const auto outcome = outcome_of({.inputs = {"hello world"}});
  ASSERT_TRUE(outcome) << to_string(outcome.error());
  EXPECT_LE(largest_difference(outcome->embeddings.row(0), golden("hello world").vector), bound());
}

TEST(Integration, ACancelledRequestEndsAsCancelled) {
  const auto before = CancelToken::create();
  before.cancel();
  expect_error({.inputs = {"hello"}, .cancel = before}, ErrorCode::cancelled);

  const auto after = CancelToken::create();
  const auto outcome = outcome_of({.inputs = many_inputs(20'000), .cancel = after}, [&] { after.cancel(); });
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::cancelled) << to_string(outcome.error());
}

TEST(Integration, ARequestPastItsDeadlineEndsAsDeadlineExceeded) {
  const auto now = std::chrono::steady_clock::now();
  expect_error({.inputs = {"hello"}, .deadline = now - std::chrono::seconds(1)}, ErrorCode::deadline_exceeded);
  expect_error({.inputs = many_inputs(20'000), .deadline = now + std::chrono::milliseconds(50)},
               ErrorCode::deadline_exceeded);
  EXPECT_TRUE(provider().embed_batch({.inputs = {"hello"}, .deadline = now + std::chrono::hours(1)}));
}

TEST(Integration, HealthCheckRunsAForwardPass) {
  const auto health = provider().health_check();
  EXPECT_TRUE(health) << to_string(health.error());
}

TEST(Integration, TokenIdsAreTakenAsTheyAre) {
  TokenIds ids;
  ASSERT_TRUE(provider().tokenizer()->encode_ids("hello world", true, ids));
  EXPECT_EQ(ids, (TokenIds{101, 7592, 2088, 102}));
  EXPECT_LE(largest_difference(vector_of({.inputs = {ids}}), vector_of({.inputs = {"hello world"}})), bound());
  expect_error({.inputs = {TokenIds{101, 30'522, 102}}}, ErrorCode::invalid_argument);
  expect_error({.inputs = {TokenIds{}}}, ErrorCode::invalid_argument);
}

TEST(Integration, TokenwiseOutputSaysWhereEachTokenStands) {
  const std::string text = "Größe matters";
  const auto response = must_embed(provider(), {.inputs = {"hello world", text}, .output = Output::tokens});
  const auto& embeddings = response.embeddings;
  const auto [first, last] = embeddings.span_of(1);
  ASSERT_EQ(last, embeddings.rows());
  ASSERT_EQ(last - first, response.inputs[1].tokens);
  ASSERT_EQ(embeddings.token_ranges.size(), embeddings.rows());
  EXPECT_EQ(embeddings.token_ranges[first], (ByteRange{0, 0}));     // [CLS]
  EXPECT_EQ(embeddings.token_ranges[last - 1], (ByteRange{0, 0}));  // [SEP]
  const auto [begin, end] = embeddings.token_ranges[last - 2];
  EXPECT_EQ(text.substr(begin, end - begin), "matters");
}

TEST(Integration, FewerDimensionsAreThePrefixOfTheWholeVector) {
  const auto whole = vector_of({.inputs = {"hello world"}, .normalize = Normalize::no});
  const auto prefix = vector_of({.inputs = {"hello world"}, .normalize = Normalize::no, .dimensions = 64});
  ASSERT_EQ(prefix.size(), 64U);
  EXPECT_LE(largest_difference(prefix, std::span(whole).first(64)), bound());

  const auto unit = vector_of({.inputs = {"hello world"}, .dimensions = 64});
  EXPECT_NEAR(norm(unit), 1.0, 1e-6);
  EXPECT_GE(test::cosine(unit, prefix), test::kLeastCosine);

  expect_error({.inputs = {"hello"}, .dimensions = 0}, ErrorCode::invalid_argument, "dimensions");
  expect_error({.inputs = {"hello"}, .dimensions = 385}, ErrorCode::invalid_argument, "384");
}

TEST(Integration, NormalizeNoSkipsTheModelsOwnNormalisation) {
  const auto raw = vector_of({.inputs = {"hello world"}, .normalize = Normalize::no});
  const auto unit = vector_of({.inputs = {"hello world"}, .normalize = Normalize::yes});
  EXPECT_GT(std::abs(norm(raw) - 1.0), 0.01);
  EXPECT_NEAR(norm(unit), 1.0, 1e-6);
  EXPECT_GE(test::cosine(raw, unit), test::kLeastCosine);
}

TEST(Integration, AnUnknownPromptIsAnError) {
  expect_error({.inputs = {"hello"}, .prompt_name = "no such prompt"}, ErrorCode::invalid_argument, "prompt");
}

TEST(Integration, OnlyTheModelsNamesAreAnswered) {
  EXPECT_TRUE(provider().embed_batch({.model = kModel, .inputs = {"hello"}}));
  expect_error({.model = "another/model", .inputs = {"hello"}}, ErrorCode::not_found, "another/model");
}

}  // namespace
}  // namespace akidb::embedding
