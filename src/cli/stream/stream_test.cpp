#include "cli/stream/stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "cli/input/memory_source.hpp"

namespace akidb::embedding::cli {
namespace {

// Answers each group of requests at once, the newest first; a vector is the length of its text. Texts that begin
// with "!" are refused, and a batch with "fail" in it fails as a whole.
class ScriptedProvider final : public EmbeddingProvider {
 public:
  explicit ScriptedProvider(std::size_t group = 1) : group_(group) {}
  ~ScriptedProvider() override {
    for (auto& [request, done] : waiting_) done(Error{ErrorCode::unavailable, "gone", {}, {}});
  }
  ScriptedProvider(const ScriptedProvider&) = delete;
  ScriptedProvider& operator=(const ScriptedProvider&) = delete;

  std::size_t requests = 0;
  std::size_t most_texts = 0;  // in a request
  CancelToken last_cancel;

 private:
  void do_submit(Submission submission, Completion done) override {
    ++requests;
    most_texts = std::max(most_texts, submission.request.inputs.size());
    last_cancel = submission.request.cancel;
    waiting_.emplace_back(std::move(submission.request), std::move(done));
    if (waiting_.size() < group_) return;
    while (!waiting_.empty()) {
      auto [request, completion] = std::move(waiting_.back());
      waiting_.pop_back();
      completion(answer(request));
    }
  }

  static Result<BatchEmbeddingResponse> answer(const BatchEmbeddingRequest& request) {
    BatchEmbeddingResponse response;
    std::vector<float> values;
    for (std::size_t i = 0; i < request.inputs.size(); ++i) {
      const std::string& text = *request.inputs[i].text();
      if (text == "fail") return Error{ErrorCode::unavailable, "the device went away", {}, {}};
      if (text.starts_with("!")) {
        return Error{ErrorCode::invalid_argument, "inputs[" + std::to_string(i) + "]: too long", {}, i};
      }
      values.push_back(static_cast<float>(text.size()));
      response.inputs.push_back({1, 0});
    }
    response.usage.total_tokens = response.inputs.size();
    response.embeddings = Embeddings(1, std::move(values));
    return response;
  }

  [[nodiscard]] Result<std::shared_ptr<const ModelInfo>> do_model_info() const override {
    auto info = std::make_shared<ModelInfo>();
    info->dimension = 1;
    return std::shared_ptr<const ModelInfo>(std::move(info));
  }

  std::size_t group_;
  std::deque<std::pair<BatchEmbeddingRequest, Completion>> waiting_;
};

class Collected final : public RowTaker, public StreamWatcher {
 public:
  std::string rows;  // "0=a 1=bb "
  std::string problems;
  std::vector<std::uint64_t> checkpoints;  // records
  std::optional<Error> disk_full_after_first;

  void take(std::uint64_t index, const Record& record, const Embeddings& embeddings, std::size_t input) override {
    EXPECT_EQ(embeddings.row(input)[0], static_cast<float>(record.text.size()));
    rows += std::to_string(index) + "=" + record.text + " ";
  }
  Result<void> batch_done(const StreamCounts& counts) override {
    checkpoints.push_back(counts.position.records);
    if (disk_full_after_first) return *disk_full_after_first;
    return {};
  }
  void skipped(const std::string& where_and_why) override { problems += where_and_why + "\n"; }
  void tick(const StreamCounts&) override {}
};

Result<StreamCounts> run(EmbeddingProvider& provider, const std::string& input, const StreamOptions& options,
                         Collected& out) {
  auto reader = make_record_reader(std::make_unique<MemorySource>(input), {});
  EXPECT_TRUE(reader);
  return run_stream(provider, **reader, options, out, out);
}

StreamOptions pairs(bool skip_bad = false) {
  StreamOptions options;
  options.batch_size = 2;
  options.in_flight = 6;
  options.skip_bad = skip_bad;
  return options;
}

TEST(Stream, GivesRowsInTheirOrderWhateverComesFirst) {
  std::string input;
  std::string expected;
  for (int i = 0; i < 12; ++i) {
    const std::string text(static_cast<std::size_t>(i % 5), 'x');
    input += text + "\n";
    expected += std::to_string(i) + "=" + text + " ";
  }
  for (const std::size_t group : {1U, 3U}) {  // three requests of two texts are all that may be under way
    ScriptedProvider provider(group);
    Collected out;
    const auto counts = run(provider, input, pairs(), out);
    ASSERT_TRUE(counts) << counts.error().message;
    EXPECT_EQ(out.rows, expected);
    EXPECT_EQ(counts->rows, 12U);
    EXPECT_EQ(counts->tokens, 12U);
    EXPECT_EQ(provider.requests, 6U);
    EXPECT_EQ(provider.most_texts, 2U);
    EXPECT_EQ(out.checkpoints, (std::vector<std::uint64_t>{2, 4, 6, 8, 10, 12}));
  }
}

TEST(Stream, OfNothingIsNothing) {
  ScriptedProvider provider;
  Collected out;
  const auto counts = run(provider, "", pairs(), out);
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->rows, 0U);
  EXPECT_EQ(provider.requests, 0U);
}

TEST(Stream, LeavesOutWhatTheModelRefuses) {
  ScriptedProvider provider;
  Collected out;
  StreamOptions options = pairs(true);
  options.batch_size = 8;
  const auto counts = run(provider, "a\n!\nb\n\xFF\n!\nc\n!\n", options, out);
  ASSERT_TRUE(counts) << counts.error().message;
  EXPECT_EQ(out.rows, "0=a 2=b 5=c ");
  EXPECT_EQ(counts->skipped, 4U);
  EXPECT_NE(out.problems.find("test:2: too long\n"), std::string::npos);
  EXPECT_NE(out.problems.find("test:4: expected UTF-8"), std::string::npos);
  EXPECT_NE(out.problems.find("test:7: too long\n"), std::string::npos);
}

TEST(Stream, EndsAtABadRecordWithAllBeforeItTaken) {
  ScriptedProvider provider;
  Collected out;
  const auto counts = run(provider, "a\nb\nc\n\xFF\nd\n", pairs(), out);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(counts.error().message.substr(0, 8), "test:4: ");
  EXPECT_EQ(out.rows, "0=a 1=b 2=c ");
  EXPECT_EQ(out.checkpoints, (std::vector<std::uint64_t>{2, 3}));  // a later run reads the bad line again
}

TEST(Stream, NamesTheLineThatTheModelRefuses) {
  ScriptedProvider provider;
  Collected out;
  const auto counts = run(provider, "a\nb\nc\n!\n", pairs(), out);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().message, "test:4: too long");
  EXPECT_EQ(out.rows, "0=a 1=b ");  // whole batches only
}

TEST(Stream, StopsWhenTheProviderFails) {
  for (const bool skip_bad : {false, true}) {
    ScriptedProvider provider;
    Collected out;
    const auto counts = run(provider, "a\nb\nfail\nc\nd\n", pairs(skip_bad), out);
    ASSERT_FALSE(counts);
    EXPECT_EQ(counts.error().code, ErrorCode::unavailable);
    EXPECT_EQ(out.rows, "0=a 1=b ");
    EXPECT_TRUE(provider.last_cancel.cancelled());  // what was under way is dropped
  }
}

TEST(Stream, StopsWhenTheRowsCannotBeKept) {
  ScriptedProvider provider;
  Collected out;
  out.disk_full_after_first = Error{ErrorCode::resource_exhausted, "disk full", {}, {}};
  const auto counts = run(provider, "a\nb\nc\nd\ne\n", pairs(), out);
  ASSERT_FALSE(counts);
  EXPECT_EQ(counts.error().code, ErrorCode::resource_exhausted);
  EXPECT_EQ(out.rows, "0=a 1=b ");
}

}  // namespace
}  // namespace akidb::embedding::cli
