// What the door refuses on the way in and on the way out, with a provider that answers what a test says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/provider.hpp>
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

namespace akidb::embedding {
namespace {

using ::testing::HasSubstr;

constexpr std::uint32_t kDimension = 4;

BatchEmbeddingResponse pooled(std::size_t rows, std::size_t dimension = kDimension, float value = 0.5F) {
  BatchEmbeddingResponse response;
  response.model = "scripted";
  response.embeddings = {dimension, std::vector<float>(rows * dimension, value)};
  response.inputs.resize(rows);
  return response;
}

// Two rows an input.
BatchEmbeddingResponse tokens(std::size_t inputs) {
  auto response = pooled(2 * inputs);
  response.inputs.resize(inputs);
  response.embeddings.token_ranges.resize(2 * inputs);
  for (std::size_t at = 0; at <= inputs; ++at) response.embeddings.first_row.push_back(2 * at);
  return response;
}

class Scripted final : public EmbeddingProvider {
 public:
  using Answer = std::function<Result<BatchEmbeddingResponse>(const BatchEmbeddingRequest&)>;

  Scripted() : Scripted([](const BatchEmbeddingRequest& request) { return pooled(request.inputs.size()); }) {}
  explicit Scripted(Answer answer) : answer_(std::move(answer)) {
    info_.model = "scripted";
    info_.dimension = kDimension;
    info_.normalized = true;
  }
  ~Scripted() override {
    for (auto& thread : threads_) thread.join();
  }

  int submissions = 0;
  std::size_t most = 0;
  bool on_a_thread = false;
  std::optional<Error> no_info;
  ModelInfo info_;

 private:
  void do_submit(Submission submission, Completion done) override {
    ++submissions;
    if (!on_a_thread) {
      done(answer_(submission.request));
      return;
    }
    threads_.emplace_back([this, submission = std::move(submission), done = std::move(done)]() mutable {
      done(answer_(submission.request));
    });
  }
  [[nodiscard]] Result<std::shared_ptr<const ModelInfo>> do_model_info() const override {
    if (no_info) return *no_info;
    return std::make_shared<const ModelInfo>(info_);
  }
  [[nodiscard]] std::size_t max_batch_size() const override { return most; }

  Answer answer_;
  std::vector<std::thread> threads_;
};

// What came to the completion, and how often it was called.
struct Outcome {
  int calls = 0;
  std::optional<Result<BatchEmbeddingResponse>> result;
};

Outcome submit(Scripted& provider, BatchEmbeddingRequest request) {
  Outcome outcome;
  provider.embed_batch_async(std::move(request), [&](Result<BatchEmbeddingResponse> result) {
    ++outcome.calls;
    outcome.result = std::move(result);
  });
  return outcome;
}

struct BadRequest {
  std::string name;
  BatchEmbeddingRequest request;
  ErrorCode code;
  std::string message;
};

void PrintTo(const BadRequest& bad, std::ostream* out) { *out << bad.name; }

const std::vector<BadRequest> kBadRequests = {
    {"NoInputs", {}, ErrorCode::invalid_argument, "inputs: expected at least one, found none"},
    {"TooManyInputs",
     {.inputs = {"a", "b", "c", "d"}},
     ErrorCode::invalid_argument,
     "inputs: expected at most 3, found 4"},
    {"OtherModel", {.model = "other", .inputs = {"a"}}, ErrorCode::not_found, "model: no model \"other\" here"},
    {"NoDimensions",
     {.inputs = {"a"}, .dimensions = 0},
     ErrorCode::invalid_argument,
     "dimensions: expected 1 to 4, found 0"},
    {"TooManyDimensions",
     {.inputs = {"a"}, .dimensions = 5},
     ErrorCode::invalid_argument,
     "dimensions: expected 1 to 4, found 5"},
    {"DimensionsOfTokens",
     {.inputs = {"a"}, .output = Output::tokens, .dimensions = 2},
     ErrorCode::invalid_argument,
     "dimensions: goes with pooled output only"},
    {"Normalize",
     {.inputs = {"a"}, .normalize = Normalize{9}},
     ErrorCode::invalid_argument,
     "normalize: unknown value 9"},
    {"Output", {.inputs = {"a"}, .output = Output{2}}, ErrorCode::invalid_argument, "output: unknown value 2"},
    {"InputType",
     {.inputs = {"a"}, .input_type = InputType{-1}},
     ErrorCode::invalid_argument,
     "input_type: unknown value -1"},
    {"Truncation",
     {.inputs = {"a"}, .truncation = Truncation{3}},
     ErrorCode::invalid_argument,
     "truncation: unknown value 3"},
    {"Priority", {.inputs = {"a"}, .priority = Priority{9}}, ErrorCode::invalid_argument, "priority: unknown value 9"},
};

class RefusedRequest : public ::testing::TestWithParam<BadRequest> {};

TEST_P(RefusedRequest, EndsBeforeTheProviderWithItsMessage) {
  Scripted provider;
  provider.most = 3;
  const auto outcome = submit(provider, GetParam().request);
  ASSERT_EQ(outcome.calls, 1);
  ASSERT_FALSE(*outcome.result);
  EXPECT_EQ(outcome.result->error().code, GetParam().code);
  EXPECT_EQ(outcome.result->error().message, GetParam().message);
  EXPECT_EQ(provider.submissions, 0);
}

INSTANTIATE_TEST_SUITE_P(Requests, RefusedRequest, ::testing::ValuesIn(kBadRequests),
                         [](const auto& bad) { return bad.param.name; });

TEST(EmbeddingProvider, TakesWhatLiesWithinTheBounds) {
  Scripted provider([](const BatchEmbeddingRequest& request) {
    return pooled(request.inputs.size(), request.dimensions.value_or(kDimension));
  });
  provider.most = 3;
  for (const BatchEmbeddingRequest& request :
       {BatchEmbeddingRequest{.inputs = {"a", "b", "c"}}, BatchEmbeddingRequest{.model = "scripted", .inputs = {""}},
        BatchEmbeddingRequest{.inputs = {"a"}, .dimensions = 1},
        BatchEmbeddingRequest{.inputs = {"a"}, .dimensions = 4}}) {
    const auto response = provider.embed_batch(request);
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_EQ(response->embeddings.rows(), request.inputs.size());
  }
  EXPECT_EQ(provider.submissions, 4);
}

BatchEmbeddingResponse with_value(std::size_t rows, std::size_t at, float value) {
  auto response = pooled(rows);
  auto values = std::move(response.embeddings).take_values();
  values[at] = value;
  response.embeddings = {kDimension, std::move(values)};
  return response;
}

BatchEmbeddingResponse with_first_row(std::vector<std::size_t> first_row) {
  auto response = tokens(2);
  response.embeddings.first_row = std::move(first_row);
  return response;
}

struct BadAnswer {
  std::string name;
  Output output;
  std::function<BatchEmbeddingResponse()> answer;  // to a request of two inputs
  std::string message;
  std::optional<std::size_t> input = std::nullopt;
};

void PrintTo(const BadAnswer& bad, std::ostream* out) { *out << bad.name; }

const float kNan = std::numeric_limits<float>::quiet_NaN();
const float kInfinity = std::numeric_limits<float>::infinity();

const std::vector<BadAnswer> kBadAnswers = {
    {"Nothing", Output::pooled, [] { return BatchEmbeddingResponse(); }, "rows of 0 values, expected 4"},
    {"NoRows", Output::pooled, [] { return pooled(0); }, "0 rows for 2 inputs"},
    {"TooFewRows", Output::pooled, [] { return pooled(1); }, "1 rows for 2 inputs"},
    {"TooManyRows", Output::pooled, [] { return pooled(3); }, "3 rows for 2 inputs"},
    {"OtherDimension", Output::pooled, [] { return pooled(2, 3); }, "rows of 3 values, expected 4"},
    {"PartOfARow", Output::pooled,
     [] {
       auto response = pooled(2);
       response.embeddings = {kDimension, std::vector<float>(9)};
       return response;
     },
     "9 values"},
    {"TokensForPooled", Output::pooled,
     [] {
       auto response = pooled(2);
       response.embeddings.first_row = {0, 1, 2};
       return response;
     },
     "rows of tokens"},
    {"ReportMissing", Output::pooled,
     [] {
       auto response = pooled(2);
       response.inputs.pop_back();
       return response;
     },
     "1 reports for 2 inputs"},
    {"NanFirst", Output::pooled, [] { return with_value(2, 0, kNan); }, "inputs[0]: the model gave NaN or infinity", 0},
    {"NanLast", Output::pooled, [] { return with_value(2, 7, kNan); }, "inputs[1]: the model gave NaN or infinity", 1},
    {"Infinity", Output::pooled, [] { return with_value(2, 5, kInfinity); },
     "inputs[1]: the model gave NaN or infinity", 1},
    {"NegativeInfinity", Output::pooled, [] { return with_value(2, 3, -kInfinity); },
     "inputs[0]: the model gave NaN or infinity", 0},
    {"PooledForTokens", Output::tokens, [] { return pooled(2); }, "rows of tokens"},
    {"TokensWithoutEnd", Output::tokens,
     [] {
       return with_first_row({0, 2});
     },
     "rows of tokens"},
    {"TokensBeyondTheEnd", Output::tokens,
     [] {
       return with_first_row({0, 2, 400});
     },
     "rows of tokens"},
    {"TokensLeftOver", Output::tokens,
     [] {
       return with_first_row({0, 2, 3});
     },
     "rows of tokens"},
    {"TokensFromTheMiddle", Output::tokens,
     [] {
       return with_first_row({1, 2, 4});
     },
     "rows of tokens"},
    {"TokensBackwards", Output::tokens,
     [] {
       return with_first_row({0, 5, 4});
     },
     "rows of tokens"},
    {"TokensWithoutRanges", Output::tokens,
     [] {
       auto response = tokens(2);
       response.embeddings.token_ranges.pop_back();
       return response;
     },
     "rows of tokens"},
    {"NanInTokens", Output::tokens,
     [] {
       auto response = tokens(2);
       auto embeddings = with_value(4, 8, kNan).embeddings;
       embeddings.first_row = response.embeddings.first_row;
       embeddings.token_ranges = response.embeddings.token_ranges;
       response.embeddings = std::move(embeddings);
       return response;
     },
     "inputs[1]: the model gave NaN or infinity", 1},
};

class RefusedAnswer : public ::testing::TestWithParam<BadAnswer> {};

TEST_P(RefusedAnswer, SaysWhatCame) {
  Scripted provider([](const BatchEmbeddingRequest&) { return GetParam().answer(); });
  const auto outcome = submit(provider, {.inputs = {"a", "b"}, .output = GetParam().output});
  ASSERT_EQ(outcome.calls, 1);
  ASSERT_FALSE(*outcome.result);
  EXPECT_EQ(outcome.result->error().code, GetParam().input ? ErrorCode::data_corrupt : ErrorCode::internal);
  EXPECT_THAT(outcome.result->error().message, HasSubstr(GetParam().message));
  EXPECT_EQ(outcome.result->error().input_index, GetParam().input);
}

INSTANTIATE_TEST_SUITE_P(Answers, RefusedAnswer, ::testing::ValuesIn(kBadAnswers),
                         [](const auto& bad) { return bad.param.name; });

TEST(EmbeddingProvider, TakesRowsOfTokensAndFiniteExtremes) {
  Scripted token_rows([](const BatchEmbeddingRequest& request) { return tokens(request.inputs.size()); });
  const auto rows = token_rows.embed_batch({.inputs = {"a", "b", "c"}, .output = Output::tokens});
  ASSERT_TRUE(rows) << to_string(rows.error());
  EXPECT_EQ(rows->embeddings.rows(), 6U);
  for (const float value : {std::numeric_limits<float>::max(), std::numeric_limits<float>::denorm_min(), -0.0F}) {
    Scripted extreme([value](const BatchEmbeddingRequest&) { return pooled(1, kDimension, value); });
    EXPECT_TRUE(extreme.embed_batch({.inputs = {"a"}})) << value;
  }
}

TEST(EmbeddingProvider, PassesTheProvidersErrorOn) {
  const Error busy{ErrorCode::resource_exhausted, "the queue is full", "detail", 1};
  Scripted provider([&](const BatchEmbeddingRequest&) -> Result<BatchEmbeddingResponse> { return busy; });
  const auto outcome = submit(provider, {.inputs = {"a", "b"}});
  ASSERT_EQ(outcome.calls, 1);
  ASSERT_FALSE(*outcome.result);
  EXPECT_EQ(outcome.result->error(), busy);
}

TEST(EmbeddingProvider, PassesOnWhatKeepsItFromKnowingItsModel) {
  const Error gone{ErrorCode::unavailable, "the peer is gone", {}, {}};
  Scripted provider;
  provider.no_info = gone;
  const auto outcome = submit(provider, {.inputs = {"a"}});
  ASSERT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.result->error(), gone);
  EXPECT_EQ(submit(provider, {.inputs = {"a"}, .dimensions = 2}).result->error(), gone);
  EXPECT_EQ(submit(provider, {.model = "scripted", .inputs = {"a"}}).result->error(), gone);
  EXPECT_EQ(provider.health_check().error(), gone);
  EXPECT_EQ(provider.model_info().error(), gone);
  EXPECT_EQ(provider.submissions, 0);
}

TEST(EmbeddingProvider, WaitsForAnAnswerFromAnotherThreadAndTimesIt) {
  Scripted provider([](const BatchEmbeddingRequest& request) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return pooled(request.inputs.size());
  });
  provider.on_a_thread = true;
  const auto response = provider.embed_batch({.inputs = {"a"}});
  ASSERT_TRUE(response);
  EXPECT_GE(response->usage.duration, std::chrono::milliseconds(5));
}

struct Health {
  std::string name;
  bool normalized;
  std::vector<float> vector;
  std::string message;  // empty: healthy
};

TEST(EmbeddingProvider, HealthIsAFiniteVectorOfTheRightLength) {
  const std::vector<Health> cases = {
      {"unit", true, {0.5F, 0.5F, 0.5F, 0.5F}, ""},
      {"unit within rounding", true, {0.50001F, 0.5F, 0.5F, 0.5F}, ""},
      {"too long", true, {1, 1, 0, 0}, "health check of scripted: the vector has length 1.41421, expected 1"},
      {"too short", true, {0.5F, 0, 0, 0}, "health check of scripted: the vector has length 0.5, expected 1"},
      {"zero", true, {0, 0, 0, 0}, "health check of scripted: the vector has length 0, expected 1"},
      {"tiny", true, {1e-20F, 0, 0, 0}, "health check of scripted: the vector has length 1e-20, expected 1"},
      {"any length", false, {1, 2, 3, 4}, ""},
      {"zero of any length",
       false,
       {0, 0, 0, 0},
       "health check of scripted: the vector has length 0, expected more than 0"},
      {"not finite", false, {0, kNan, 0, 0}, "health check of scripted: the model gave NaN or infinity"},
  };
  for (const auto& [name, normalized, vector, message] : cases) {
    SCOPED_TRACE(name);
    Scripted provider([&vector = vector](const BatchEmbeddingRequest& request) {
      EXPECT_EQ(request.inputs.size(), 1U);
      auto response = pooled(1);
      response.embeddings = {kDimension, vector};
      return response;
    });
    provider.info_.normalized = normalized;
    const auto health = provider.health_check();
    EXPECT_EQ(provider.submissions, 1);
    EXPECT_EQ(health.has_value(), message.empty());
    if (health) continue;
    EXPECT_EQ(health.error().code, name == "not finite" ? ErrorCode::data_corrupt : ErrorCode::internal);
    EXPECT_EQ(health.error().message, message);
    EXPECT_FALSE(health.error().input_index);
  }
}

TEST(Completion, OwnsAMoveOnlyCallable) {
  int sum = 0;
  Completion done([&sum, owned = std::make_unique<int>(7)](const Result<BatchEmbeddingResponse>&) { sum += *owned; });
  EXPECT_TRUE(done);
  Completion moved = std::move(done);
  moved(Error{});
  EXPECT_EQ(sum, 7);
  EXPECT_FALSE(moved);
  EXPECT_FALSE(Completion());
}

TEST(CancelToken, SharesOneFlagAmongCopies) {
  const CancelToken never;
  never.cancel();
  EXPECT_FALSE(never.cancelled());
  const auto token = CancelToken::create();
  const auto copy = token;  // NOLINT(performance-unnecessary-copy-initialization): the copy is what is tested
  EXPECT_FALSE(copy.cancelled());
  token.cancel();
  token.cancel();
  EXPECT_TRUE(copy.cancelled());
  EXPECT_FALSE(CancelToken::create().cancelled());
}

}  // namespace
}  // namespace akidb::embedding
