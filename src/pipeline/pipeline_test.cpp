#include "pipeline/pipeline.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "pipeline/fake_backend.hpp"
#include "pipeline/fake_tokenizer.hpp"

namespace akidb::embedding::pipeline {
namespace {

using Outcome = Result<BatchEmbeddingResponse>;
using std::chrono::milliseconds;

BatchEmbeddingRequest request_of(std::vector<Input> inputs) {
  BatchEmbeddingRequest request;
  request.inputs = std::move(inputs);
  return request;
}

class PipelineTest : public testing::Test {
 protected:
  void start(std::uint32_t threads = 1, Admission::Bounds bounds = {}) {
    auto backend = std::make_unique<FakeBackend>();
    backend_ = backend.get();
    PipelineParts parts{std::move(backend), std::make_unique<FakeTokenizer>(), make_executor(threads),
                        std::make_shared<Admission>(bounds)};
    admission_ = parts.admission;
    executor_ = parts.executor;
    options_.model = "fake";
    pipeline_ = std::make_unique<Pipeline>(std::move(parts), options_);
  }

  void TearDown() override {
    if (backend_ != nullptr && pipeline_ != nullptr) backend_->open();
    pipeline_.reset();
  }

  std::future<Outcome> submit(BatchEmbeddingRequest request) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    pipeline_->submit({std::move(request), std::chrono::steady_clock::now()},
                      [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
    return future;
  }

  Outcome run(BatchEmbeddingRequest request) { return submit(std::move(request)).get(); }

  // Occupies the one worker, and returns once it is inside its forward pass.
  std::future<Outcome> block_worker() {
    backend_->close();
    auto blocker = submit(request_of({TokenIds{9}}));
    backend_->wait_until_entered(1);
    return blocker;
  }

  FakeBackend* backend_ = nullptr;
  std::shared_ptr<Admission> admission_;
  std::shared_ptr<Executor> executor_;
  PipelineOptions options_{
      .model = {}, .encoder = {.max_tokens = 512, .vocab_size = 300}, .pooling = {PoolingMode::last_token}};
  std::unique_ptr<Pipeline> pipeline_;
};

TEST_F(PipelineTest, RowsComeHomeByIndexWhateverTheLengths) {
  start(2);
  std::vector<Input> inputs;
  for (std::uint32_t at = 0; at < 5'000; ++at) inputs.emplace_back(TokenIds(1 + at % 37, at % 300));
  const auto outcome = run(request_of(inputs));
  ASSERT_TRUE(outcome);
  ASSERT_EQ(outcome->embeddings.rows(), inputs.size());
  for (std::uint32_t at = 0; at < inputs.size(); ++at) {
    const auto row = outcome->embeddings.row(at);
    ASSERT_EQ(row[0], static_cast<float>(at % 300));
    ASSERT_EQ(row[3], static_cast<float>(1 + at % 37));
    ASSERT_EQ(outcome->inputs[at].tokens, 1 + at % 37);
  }
}

TEST_F(PipelineTest, CountsSpecialTokensAndTheEmptyText) {
  start();
  const auto outcome = run(request_of({"abc", ""}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->inputs[0].tokens, 5U);
  EXPECT_EQ(outcome->inputs[1].tokens, 2U);
  EXPECT_EQ(outcome->usage.total_tokens, 7U);
}

struct TruncationCase {
  Truncation side;
  std::vector<float> kept;  // ids of the rows that are left, by token
};

TEST_F(PipelineTest, TruncationKeepsSpecialTokensAndReportsTheCut) {
  options_.encoder.max_tokens = 4;
  start();
  const float a = 10 + 'a';
  for (const auto& plan :
       {TruncationCase{Truncation::right, {1, a, a + 1, 2}}, TruncationCase{Truncation::left, {1, a + 3, a + 4, 2}}}) {
    auto request = request_of({"abcde"});
    request.truncation = plan.side;
    request.output = Output::tokens;
    const auto outcome = run(std::move(request));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->inputs[0], (InputReport{4, 3}));
    EXPECT_EQ(outcome->usage.truncated_inputs, 1U);
    std::vector<float> ids;
    for (std::size_t row = 0; row < 4; ++row) ids.push_back(outcome->embeddings.row(row)[1]);
    EXPECT_EQ(ids, plan.kept);
    const auto first_byte = plan.side == Truncation::right ? 0U : 3U;
    EXPECT_EQ(outcome->embeddings.token_ranges[1], (ByteRange{first_byte, first_byte + 1}));
  }
  auto request = request_of({"ab", "abcde"});
  request.truncation = Truncation::error;
  const auto refused = run(std::move(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().input_index, 1U);
}

TEST_F(PipelineTest, BadInputsNameTheirIndex) {
  start(2);
  std::vector<Input> texts(200, Input("fine"));
  texts[150] = "bad!";
  auto outcome = run(request_of(texts));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().input_index, 150U);
  outcome = run(request_of({TokenIds{1}, TokenIds{1, 300}}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(outcome.error().input_index, 1U);
  outcome = run(request_of({TokenIds{}}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().input_index, 0U);
}

TEST_F(PipelineTest, ATokenizerOfAnotherModelIsFoundOut) {
  options_.encoder.vocab_size = 10 + 'z';
  start();
  EXPECT_TRUE(run(request_of({"xy"})));
  const auto outcome = run(request_of({"xyz"}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::data_corrupt);
  EXPECT_NE(outcome.error().message.find("132"), std::string::npos);
}

TEST_F(PipelineTest, CancelledWorkIsDroppedBeforeItIsComputed) {
  start();
  auto blocker = block_worker();
  const auto cancel = CancelToken::create();
  std::vector<std::future<Outcome>> waiting;
  for (int at = 0; at < 1'000; ++at) {
    auto request = request_of({TokenIds{5, 5, 5}});
    request.cancel = cancel;
    waiting.push_back(submit(std::move(request)));
  }
  cancel.cancel();
  backend_->open();
  for (auto& future : waiting) EXPECT_EQ(future.get().error().code, ErrorCode::cancelled);
  EXPECT_TRUE(blocker.get());
  EXPECT_EQ(backend_->sequences(), 1);
}

TEST_F(PipelineTest, ExpiredWorkIsDroppedBeforeItIsComputed) {
  start();
  auto blocker = block_worker();
  const auto deadline = std::chrono::steady_clock::now() + milliseconds(20);
  std::vector<std::future<Outcome>> waiting;
  for (int at = 0; at < 1'000; ++at) {
    auto request = request_of({TokenIds{5, 5, 5}});
    request.deadline = deadline;
    waiting.push_back(submit(std::move(request)));
  }
  std::this_thread::sleep_until(deadline + milliseconds(5));
  backend_->open();
  for (auto& future : waiting) EXPECT_EQ(future.get().error().code, ErrorCode::deadline_exceeded);
  EXPECT_TRUE(blocker.get());
  EXPECT_EQ(backend_->sequences(), 1);
}

TEST_F(PipelineTest, ARequestThatIsDeadOnArrivalIsNotTokenised) {
  start();
  auto request = request_of({"x"});
  request.deadline = std::chrono::steady_clock::now() - milliseconds(1);
  EXPECT_EQ(run(std::move(request)).error().code, ErrorCode::deadline_exceeded);
  EXPECT_EQ(backend_->passes(), 0);
}

TEST_F(PipelineTest, AFullQueueRefusesAndRecovers) {
  start(1, {.sequences = 10, .tokens = 1'000});
  auto blocker = block_worker();
  std::vector<std::future<Outcome>> waiting;
  for (int at = 0; at < 9; ++at) waiting.push_back(submit(request_of({TokenIds{5}})));
  const auto refused = run(request_of({TokenIds{5}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::resource_exhausted);
  backend_->open();
  for (auto& future : waiting) EXPECT_TRUE(future.get());
  EXPECT_TRUE(blocker.get());
  EXPECT_TRUE(run(request_of({TokenIds{5}})));
}

TEST_F(PipelineTest, TheQueueIsBoundedInTokensToo) {
  start(1, {.sequences = 1'000, .tokens = 100});
  auto blocker = block_worker();
  auto waiting = submit(request_of({TokenIds(90, 5)}));
  EXPECT_EQ(run(request_of({TokenIds(20, 5)})).error().code, ErrorCode::resource_exhausted);
  backend_->open();
  EXPECT_TRUE(waiting.get());
  EXPECT_TRUE(blocker.get());
}

TEST_F(PipelineTest, AListLongerThanTheBoundsStillRuns) {
  start(1, {.sequences = 16, .tokens = 64});
  std::vector<Input> inputs;
  for (std::uint32_t at = 0; at < 3'000; ++at) inputs.emplace_back(TokenIds(3, at % 300));
  const auto outcome = run(request_of(std::move(inputs)));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->embeddings.row(2'999)[0], static_cast<float>(2'999 % 300));
  EXPECT_EQ(admission_->free_sequences(), 16U);
}

TEST_F(PipelineTest, InteractiveWorkOvertakesBulkWork) {
  start();
  auto blocker = block_worker();
  auto bulk_request = request_of(std::vector<Input>(50, TokenIds(64, 5)));
  bulk_request.priority = Priority::bulk;
  auto bulk = submit(std::move(bulk_request));
  auto person = submit(request_of({TokenIds(64, 6)}));
  backend_->open();
  EXPECT_TRUE(bulk.get());
  EXPECT_TRUE(person.get());
  EXPECT_TRUE(blocker.get());
  EXPECT_EQ(backend_->order()[1], 6U);
}

TEST_F(PipelineTest, OneCallersListDoesNotStarveAnother) {
  start();
  auto blocker = block_worker();
  auto big_request = request_of(std::vector<Input>(2'048, TokenIds(64, 5)));
  big_request.caller = "big";
  auto big = submit(std::move(big_request));
  auto small_request = request_of({TokenIds(64, 6)});
  small_request.caller = "small";
  auto small = submit(std::move(small_request));
  backend_->open();
  EXPECT_TRUE(big.get());
  EXPECT_TRUE(small.get());
  EXPECT_TRUE(blocker.get());
  const auto order = backend_->order();
  const auto place = std::find(order.begin(), order.end(), 6U) - order.begin();
  EXPECT_LE(place, 3);
}

TEST_F(PipelineTest, AnEngineErrorReachesEveryRequestOfTheUnit) {
  start();
  backend_->fail_with = Error{ErrorCode::internal, "engine trouble", {}, {}};
  const auto outcome = run(request_of({TokenIds{5}, TokenIds{5}}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "engine trouble");
  backend_->fail_with.reset();
  EXPECT_TRUE(run(request_of({TokenIds{5}})));
}

TEST_F(PipelineTest, AnErrorOfOneSequenceNamesItsInputAndSparesTheOthers) {
  for (const auto output : {Output::pooled, Output::tokens}) {
    start();
    backend_->poison = 13;
    auto blocker = block_worker();
    auto bad_request = request_of({TokenIds{5, 6}, TokenIds{7, 13}, TokenIds{8, 13}});
    bad_request.output = output;
    auto good_request = request_of({TokenIds{5, 6}, TokenIds{3, 4}});
    good_request.output = output;
    auto bad = submit(std::move(bad_request));
    auto good = submit(std::move(good_request));
    backend_->open();
    ASSERT_TRUE(blocker.get());

    const auto refused = bad.get();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::data_corrupt);
    EXPECT_EQ(refused.error().message, "inputs[1]: poison");
    EXPECT_EQ(refused.error().input_index, 1U);
    const auto spared = good.get();
    ASSERT_TRUE(spared) << to_string(spared.error());
    EXPECT_EQ(spared->embeddings.rows(), output == Output::tokens ? 4U : 2U);
    EXPECT_EQ(spared->embeddings.row(spared->embeddings.rows() - 1)[1], 4);
    // Of the unit once, then each alone but the last of the request that has failed.
    EXPECT_EQ(backend_->passes(), 1 + 1 + 4);
  }
}

TEST_F(PipelineTest, ALoneTextOnAnIdleMachineMayUseAllCores) {
  start(2);
  while (executor_->idle() != 2) std::this_thread::yield();
  ASSERT_TRUE(run(request_of({TokenIds(60, 5)})));
  EXPECT_EQ(backend_->passes_on_all_cores(), 1);
}

TEST_F(PipelineTest, TooFewTokensForAUnitOnEachCoreAreOneUnitOnAllCores) {
  start(2);
  while (executor_->idle() != 2) std::this_thread::yield();
  ASSERT_TRUE(run(request_of(std::vector<Input>(3, TokenIds(20, 5)))));
  EXPECT_EQ(backend_->passes(), 1);
  EXPECT_EQ(backend_->passes_on_all_cores(), 1);
}

TEST_F(PipelineTest, FewTokensThatCannotBeOneUnitRunSideBySide) {
  start(2);
  backend_->close();
  auto future = submit(request_of({TokenIds(20, 5), TokenIds(10, 5)}));
  backend_->wait_until_entered(2);
  backend_->open();
  EXPECT_TRUE(future.get());
}

TEST_F(PipelineTest, ATextThatComesWhileOthersAreComputedTakesAnIdleWorker) {
  start(3);
  backend_->close();
  auto first = submit(request_of({TokenIds(20, 5), TokenIds(10, 5)}));
  backend_->wait_until_entered(2);
  auto second = submit(request_of({TokenIds(20, 6)}));
  backend_->wait_until_entered(3);
  backend_->open();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST_F(PipelineTest, ATextThatComesWhileAnotherHasAllCoresWaitsForThem) {
  start(2);
  while (executor_->idle() != 2) std::this_thread::yield();
  backend_->close();
  auto first = submit(request_of({TokenIds(20, 5)}));
  backend_->wait_until_entered(1);
  auto second = submit(request_of({TokenIds(20, 6)}));
  auto third = submit(request_of({TokenIds(10, 6)}));
  EXPECT_EQ(executor_->idle(), 1U);
  EXPECT_EQ(backend_->passes(), 1);
  backend_->open();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
  EXPECT_TRUE(third.get());
}

TEST_F(PipelineTest, UnitsShrinkSoThatAllWorkersShareASmallBatch) {
  start(2);
  backend_->close();
  auto future = submit(request_of(std::vector<Input>(4, TokenIds(30, 5))));
  // 120 tokens: one unit of 64 at most would hold two; both workers have one.
  backend_->wait_until_entered(2);
  backend_->open();
  EXPECT_TRUE(future.get());
}

TEST_F(PipelineTest, DestructionAnswersWhatWaits) {
  start();
  auto blocker = block_worker();
  auto waiting = submit(request_of({TokenIds{5, 6}}));
  std::thread opener([&] {
    // The queued request is answered while the running one still holds the worker.
    EXPECT_EQ(waiting.get().error().code, ErrorCode::unavailable);
    backend_->open();
  });
  pipeline_.reset();
  opener.join();
  EXPECT_TRUE(blocker.get());
  backend_ = nullptr;
}

TEST_F(PipelineTest, PromptsAreAddedAndLeftOutOfPoolingOnRequest) {
  options_.encoder.prompts.by_name = {{"query", "q:"}, {"passage", "p:"}};
  options_.encoder.pool_prompt = false;
  options_.pooling = {PoolingMode::cls};
  start();
  auto request = request_of({"x"});
  request.input_type = InputType::query;
  auto outcome = run(std::move(request));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->inputs[0].tokens, 5U);
  EXPECT_EQ(outcome->embeddings.row(0)[2], 3.0F) << "the first pooled token is the one behind the prompt";
  request = request_of({"x"});
  request.input_type = InputType::document;
  EXPECT_EQ(run(std::move(request))->inputs[0].tokens, 5U);
  EXPECT_EQ(run(request_of({"x"}))->inputs[0].tokens, 3U);
  request = request_of({"x"});
  request.prompt_name = "document";
  EXPECT_EQ(run(std::move(request))->inputs[0].tokens, 3U) << "empty where the model names none";
  request = request_of({"x"});
  request.prompt_name = "nothing";
  const auto refused = run(std::move(request));
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(refused.error().message.find("passage, query"), std::string::npos);
}

TEST_F(PipelineTest, ManyCallersCancelAndGoOn) {
  start(2, {.sequences = 64, .tokens = 100'000});
  std::atomic<int> answered{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> callers;
  for (std::uint32_t caller = 0; caller < 8; ++caller) {
    callers.emplace_back([&, caller] {
      for (std::uint32_t round = 0; round < 200; ++round) {
        auto request = request_of(std::vector<Input>(1 + round % 7, TokenIds(1 + (caller + round) % 50, caller)));
        request.caller = std::to_string(caller);
        request.cancel = CancelToken::create();
        if (round % 3 == 0) request.deadline = std::chrono::steady_clock::now() + milliseconds(round % 5);
        const auto cancel = request.cancel;
        auto future = submit(std::move(request));
        if (round % 4 == 0) cancel.cancel();
        if (auto outcome = future.get(); !outcome) ++refused;
        ++answered;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(answered, 1'600);
  EXPECT_LT(refused, 1'600);
  pipeline_.reset();
  EXPECT_EQ(admission_->free_sequences(), 64U);
}

}  // namespace
}  // namespace akidb::embedding::pipeline
