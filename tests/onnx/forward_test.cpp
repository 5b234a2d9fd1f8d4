// What the backend promises of its rows: the plain pass's values, whatever else is in the batch, whichever
// session runs it, however many callers there are.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>

#include "backend/onnx/onnx_backend.hpp"
#include "graph/convert.hpp"
#include "graph/external_weights.hpp"
#include "model/model.hpp"
#include "onnx/rows.hpp"
#include "support/plain_bert.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

namespace fs = std::filesystem;
using test::PlainBert;
using test::Rows;
using test::rows_of;
using test::Sequences;

constexpr double kOfThePlainPass = 1e-5;
constexpr double kOfUnitVectors = 1e-6;

ExternalWeights weights_of(const fs::path& graph) {
  ExternalWeights weights;
  auto external = graph::read_external_tensors(graph);
  EXPECT_TRUE(external) << to_string(external.error());
  EXPECT_FALSE(external->tensors.empty());
  weights.file = external->file;
  for (auto& tensor : external->tensors) weights.tensors.push_back({tensor.name, tensor.shape, tensor.offset});
  return weights;
}

std::size_t threads_of_this_process() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator("/proc/self/task"), {}));
}

// A model with its weights in a file beside the graph, so that sessions share them.
class Forward : public ::testing::Test {
 protected:
  Forward() {
    test::write_tiny_bert(folder_.path(), {.hidden_size = 256, .layers = 2, .intermediate_size = 1024});
    auto model = model::read_model_folder(folder_.path());
    EXPECT_TRUE(model) << to_string(model.error());
    plain_ = std::make_unique<PlainBert>(*model);
    const graph::GraphOptions unmasked{.attention_mask = false, .token_type_ids = false};
    const auto written = graph::write_onnx(*model, graph(), unmasked);
    EXPECT_TRUE(written) << to_string(written.error());
  }

  [[nodiscard]] fs::path graph() const { return folder_.path() / "encoder.onnx"; }

  [[nodiscard]] OnnxOptions options(bool share = true) const {
    OnnxOptions options;
    options.graph = graph();
    options.device = "cpu";
    if (share) options.weights = weights_of(graph());
    return options;
  }

  static std::unique_ptr<Backend> must_open(const OnnxOptions& options) {
    auto backend = open_backend(options);
    if (backend) return std::move(*backend);
    ADD_FAILURE() << to_string(backend.error());
    std::exit(EXIT_FAILURE);
  }

  // With a session of `threads` threads for lone texts; returns when that is there: its threads are the only
  // ones that stay.
  [[nodiscard]] std::unique_ptr<Backend> open_wide(std::uint32_t threads) const {
    auto wide = options();
    wide.threads = threads;
    const auto before = threads_of_this_process();
    auto backend = must_open(wide);
    const auto given_up = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    // A thread that ends may be counted among those that stay for a moment more: the number has to last.
    for (int lasted = 0; lasted < 10; ++lasted) {
      if (threads_of_this_process() != before + threads - 1) lasted = -1;
      if (std::chrono::steady_clock::now() > given_up) {
        ADD_FAILURE() << "no second session";
        break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return backend;
  }

  std::vector<std::uint32_t> sequence(std::size_t length) {
    std::vector<std::uint32_t> ids;
    for (std::size_t at = 0; at < length; ++at) {
      ids.push_back(static_cast<std::uint32_t>(engine_() % test::tiny_vocabulary_size()));
    }
    return ids;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<PlainBert> plain_;
  std::mt19937 engine_{1};
};

// The mean of a sequence's rows as a unit vector: what a caller gets.
std::vector<double> unit(const std::vector<float>& rows, std::size_t hidden) {
  std::vector<double> mean(hidden);
  for (std::size_t at = 0; at < rows.size(); ++at) mean[at % hidden] += static_cast<double>(rows[at]);
  double squares = 0;
  for (const double value : mean) squares += value * value;
  for (double& value : mean) value /= std::sqrt(squares);
  return mean;
}

template <class Left, class Right>
double largest_difference(const Left& left, const Right& right) {
  if (left.size() != right.size() || left.empty()) return INFINITY;
  double largest = 0;
  for (std::size_t at = 0; at < left.size(); ++at) {
    largest = std::max(largest, std::abs(static_cast<double>(left[at]) - static_cast<double>(right[at])));
  }
  return largest;
}

TEST_F(Forward, GivesThePlainPassesRowsInEveryShape) {
  for (const bool share : {true, false}) {
    const auto backend = must_open(options(share));
    for (const auto& [sequences, length] :
         {std::pair{1, 1}, std::pair{1, 2}, std::pair{1, 40}, std::pair{2, 1}, std::pair{5, 7}, std::pair{12, 8}}) {
      Sequences batch;
      for (int at = 0; at < sequences; ++at) batch.push_back(sequence(static_cast<std::size_t>(length)));
      const auto rows = rows_of(*backend, batch);
      ASSERT_EQ(rows.size(), batch.size());
      for (std::size_t at = 0; at < batch.size(); ++at) {
        EXPECT_LE(largest_difference(rows[at], plain_->forward(batch[at])), kOfThePlainPass)
            << at << " of " << sequences << " x " << length;
      }
    }
  }
}

TEST_F(Forward, OfUnequalLengthsIsThatOfEachAlone) {
  const auto backend = must_open(options());
  const Sequences batch = {sequence(3), sequence(17), sequence(1), sequence(3), sequence(40)};
  const auto together = rows_of(*backend, batch);
  ASSERT_EQ(together.size(), batch.size());
  for (std::size_t at = 0; at < batch.size(); ++at) EXPECT_EQ(rows_of(*backend, {batch[at]})[0], together[at]) << at;
}

TEST_F(Forward, IsBitForBitTheSameInOneShape) {
  const auto backend = must_open(options());
  const auto text = sequence(11);
  const auto first = rows_of(*backend, {text, sequence(11), sequence(11)});
  static_cast<void>(rows_of(*backend, {sequence(29)}));
  for (int round = 0; round < 5; ++round) {
    EXPECT_EQ(rows_of(*backend, {text, sequence(11), sequence(11)})[0], first[0]);
  }
}

TEST_F(Forward, DoesNotDependOnTheRestOfTheBatch) {
  const auto backend = must_open(options());
  const auto hidden = plain_->hidden_size();
  for (const std::size_t length : {1U, 5U, 16U, 33U}) {
    const auto text = sequence(length);
    const auto alone = unit(rows_of(*backend, {text})[0], hidden);
    for (const std::size_t count : {2U, 3U, 8U, 31U}) {
      for (const std::size_t place : {std::size_t{0}, count / 2, count - 1}) {
        Sequences batch;
        for (std::size_t at = 0; at < count; ++at) batch.push_back(at == place ? text : sequence(length));
        EXPECT_LE(largest_difference(unit(rows_of(*backend, batch)[place], hidden), alone), kOfUnitVectors)
            << length << " tokens, place " << place << " of " << count;
      }
    }
  }
}

TEST_F(Forward, OnAllCoresIsThatOnOne) {
  const auto backend = open_wide(3);
  const auto hidden = plain_->hidden_size();
  for (const std::size_t length : {1U, 8U, 40U}) {
    const auto text = sequence(length);
    const auto one = rows_of(*backend, {text}, Cores::one)[0];
    const auto all = rows_of(*backend, {text}, Cores::all)[0];
    EXPECT_LE(largest_difference(unit(all, hidden), unit(one, hidden)), kOfUnitVectors) << length;
    EXPECT_LE(largest_difference(all, plain_->forward(text)), kOfThePlainPass) << length;
    EXPECT_EQ(rows_of(*backend, {text}, Cores::all)[0], all);
  }
}

TEST_F(Forward, ServesManyThreadsAtOnce) {
  const auto backend = open_wide(2);
  Sequences texts;
  std::vector<std::vector<double>> expected;
  for (const std::size_t length : {2U, 9U, 21U, 40U}) {
    texts.push_back(sequence(length));
    expected.push_back(plain_->forward(texts.back()));
  }
  std::vector<std::thread> callers;
  for (std::size_t caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      for (std::size_t round = 0; round < 20; ++round) {
        const auto text = (caller + round) % texts.size();
        const auto rows = rows_of(*backend, {texts[text]}, round % 2 == 0 ? Cores::one : Cores::all);
        EXPECT_LE(largest_difference(rows[0], expected[text]), kOfThePlainPass);
      }
    });
  }
  for (auto& caller : callers) caller.join();
}

TEST_F(Forward, MayEndWhileTheSecondSessionIsBeingMade) {
  for (int round = 0; round < 3; ++round) {
    auto wide = options();
    wide.threads = 2;
    EXPECT_TRUE(must_open(wide));
  }
}

TEST_F(Forward, RefusesAnIdBeyondTheVocabulary) {
  class Ignore final : public RowSink {
    void rows(std::size_t /*sequence*/, std::size_t /*first*/, std::span<const float> /*values*/) override {}
  };
  const auto backend = must_open(options());
  const std::vector<std::uint32_t> ids = {1'000'000};
  const std::vector<std::uint32_t> offsets = {0, 1};
  Ignore ignore;
  const auto outcome = backend->forward({ids, offsets}, Cores::one, ignore);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::data_corrupt);
  EXPECT_FALSE(outcome.error().detail.empty());
  EXPECT_EQ(rows_of(*backend, {sequence(4)}).size(), 1U);
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
