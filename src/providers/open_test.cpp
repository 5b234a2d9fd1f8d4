// open() and its options, as far as no model is needed for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/tokenizer.hpp>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "base/executor.hpp"

namespace akidb::embedding {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<EmbeddingProvider> open_hash(ProviderOptions options = {}) {
  options.provider = ProviderKind::hash;
  auto opened = open(options);
  if (opened) return std::move(*opened);
  ADD_FAILURE() << to_string(opened.error());
  std::exit(EXIT_FAILURE);
}

TEST(Open, RefusesAKindThatThereIsNot) {
  const auto opened = open({.provider = static_cast<ProviderKind>(77)});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(opened.error().message, HasSubstr("provider"));
}

TEST(Open, RefusesATypeThatThereIsNot) {
  const auto opened = open({.provider = ProviderKind::hash, .dtype = static_cast<Dtype>(77)});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(opened.error().message, HasSubstr("dtype: unknown value 77"));
}

TEST(Open, NeedsNobodyToTellOfVectors) {
  const auto provider = open_hash();
  provider->embed_batch_async({.inputs = {"text"}}, {});
  provider->embed_batch_async({.inputs = {}}, {});
  EXPECT_TRUE(provider->health_check());
}

TEST(Open, SaysWhatTheHashProviderIs) {
  const auto provider = open_hash({.threads = 2});
  const auto info = provider->model_info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->model, "hash");
  EXPECT_EQ(info->provider, "hash");
  EXPECT_GT(info->dimension, 0U);
  EXPECT_GT(info->max_tokens, 0U);
  EXPECT_TRUE(info->normalized);
  EXPECT_EQ(info->threads, 2U);
  EXPECT_NE(provider->tokenizer(), nullptr);
  EXPECT_TRUE(provider->health_check());
}

TEST(Open, AServedNameIsTheModelsName) {
  const auto provider = open_hash({.model = "hashing", .served_name = "mine"});
  EXPECT_EQ(provider->model_info()->model, "mine");
  for (const auto* name : {"", "mine", "hashing"}) {
    const auto response = provider->embed_batch({.model = name, .inputs = {"a"}});
    ASSERT_TRUE(response) << name;
    EXPECT_EQ(response->model, "mine");
  }
  const auto other = provider->embed_batch({.model = "other", .inputs = {"a"}});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::not_found);
}

TEST(Open, MaxLengthMustLeaveRoomBetweenTheSpecialTokens) {
  for (const std::uint32_t length : {1U, 2U}) {
    const auto refused = open_hash({.max_length = length})->embed_batch({.inputs = {"many words to cut off"}});
    ASSERT_FALSE(refused) << length;
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
    EXPECT_THAT(refused.error().message, HasSubstr("max_length " + std::to_string(length)));
  }
  const auto response = open_hash({.max_length = 3})->embed_batch({.inputs = {"many words to cut off"}});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->inputs[0], (InputReport{.tokens = 3, .truncated_tokens = 4}));
}

TEST(Open, ProvidersShareAnExecutorThatOutlivesThem) {
  const auto executor = make_executor(1);
  auto first = open_hash({.executor = executor});
  const auto second = open_hash({.executor = executor});
  EXPECT_EQ(first->model_info()->threads, 1U);
  const auto before = first->embed_batch({.inputs = {"text"}});
  first.reset();
  const auto after = second->embed_batch({.inputs = {"text"}});
  ASSERT_TRUE(before && after);
  EXPECT_TRUE(std::ranges::equal(before->embeddings.values(), after->embeddings.values()));
  EXPECT_GE(executor.use_count(), 2);
}

TEST(Open, ProvidersOwnTheirExecutorWhereNobodyElseDoes) {
  auto executor = make_executor(1);
  const std::weak_ptr<Executor> watched = executor;
  auto provider = open_hash({.executor = std::move(executor)});
  EXPECT_FALSE(watched.expired());
  provider.reset();
  EXPECT_TRUE(watched.expired());
}

// One worker, held by the test: what is queued stays queued.
class HeldQueue : public ::testing::Test {
 protected:
  HeldQueue() {
    executor_->post([gate = gate_.get_future().share()] { gate.wait(); });
  }
  ~HeldQueue() override { release(); }

  void release() {
    if (!std::exchange(released_, true)) gate_.set_value();
  }

  std::shared_ptr<Executor> executor_ = make_executor(1);
  std::promise<void> gate_;
  bool released_ = false;
};

TEST_F(HeldQueue, ABoundOfOnesOwnIsNobodyElses) {
  const auto narrow = open_hash({.executor = executor_, .max_queued_sequences = 1});
  const auto wide = open_hash({.executor = executor_});
  std::vector<std::future<bool>> done;
  const auto submit = [&](EmbeddingProvider& provider) {
    auto promise = std::make_shared<std::promise<bool>>();
    done.push_back(promise->get_future());
    provider.embed_batch_async({.inputs = {"text"}}, [promise](const Result<BatchEmbeddingResponse>& outcome) {
      promise->set_value(outcome || outcome.error().code != ErrorCode::resource_exhausted);
    });
  };
  submit(*narrow);
  submit(*narrow);
  submit(*wide);
  submit(*wide);
  // The one that found the queue full has its answer while the worker still sleeps.
  EXPECT_FALSE(done[1].get());
  release();
  EXPECT_TRUE(done[0].get());
  EXPECT_TRUE(done[2].get());
  EXPECT_TRUE(done[3].get());
}

TEST(Open, AnswersManyThreadsAsItAnswersOne) {
  const auto provider = open_hash({.threads = 3});
  const auto text_of = [](int caller, int round) {
    return std::to_string(caller) + " says " + std::to_string(round % 7);
  };
  std::atomic<int> wrong = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&, caller] {
      std::vector<std::vector<float>> first;
      for (int round = 0; round < 140; ++round) {
        auto response = provider->embed_batch({.inputs = {"other", Input(text_of(caller, round))}});
        if (!response || response->embeddings.rows() != 2) {
          ++wrong;
          continue;
        }
        const auto row = response->embeddings.row(1);
        if (round < 7) {
          first.emplace_back(row.begin(), row.end());
        } else if (!std::ranges::equal(row, first[static_cast<std::size_t>(round % 7)])) {
          ++wrong;
        }
      }
    });
  }
  for (auto& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace akidb::embedding
