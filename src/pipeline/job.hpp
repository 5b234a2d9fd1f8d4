// Job: one request on its way through the pipeline, and the place where its rows come home.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::pipeline {

using TimePoint = std::chrono::steady_clock::time_point;

// The memory that a request's answer takes, got before the request is taken on.
struct AnswerSpace {
  struct TokenRows {
    std::vector<float> values;
    std::vector<ByteRange> ranges;
  };
  std::vector<InputReport> reports;   // per input
  std::vector<float> rows;            // Output::pooled: row_dimension values per input
  std::vector<TokenRows> token_rows;  // Output::tokens: per input
  std::size_t row_dimension = 0;

  // resource_exhausted where there is not that much memory.
  static Result<AnswerSpace> reserve(const BatchEmbeddingRequest& request, std::size_t row_dimension);
};

// Shared by the tasks that work on it. Inputs are handed out once, so that rows and reports of different
// inputs may be written from different threads without a lock.
class Job {
 public:
  Job(Submission submission, std::string model, AnswerSpace space, Completion done);

  [[nodiscard]] const BatchEmbeddingRequest& request() const noexcept { return request_; }
  [[nodiscard]] std::size_t inputs() const noexcept { return request_.inputs.size(); }
  [[nodiscard]] bool wants_tokens() const noexcept { return request_.output == Output::tokens; }

  // The reason not to compute any more of it: cancelled, past its deadline, or already answered.
  [[nodiscard]] bool is_dead(TimePoint now) const noexcept;

  [[nodiscard]] bool is_answered() const noexcept { return answered_.load(std::memory_order_relaxed); }

  // Answers a dead job with the reason; a job that lives goes on.
  void answer_if_dead(TimePoint now) noexcept;

  // Answers with an error. Only the first answer counts.
  void fail(Error error) noexcept;

  // The same; where memory is short, without the message.
  void fail(ErrorCode code, std::string_view message) noexcept;

  InputReport& report(std::size_t input) { return space_.reports[input]; }

  // Where an input's row is written (Output::pooled): dimension values.
  std::span<float> row(std::size_t input);

  // Where an input's token rows are written (Output::tokens).
  AnswerSpace::TokenRows& token_rows(std::size_t input) { return space_.token_rows[input]; }

  // An input's row or rows are written. The last one answers the request.
  void input_done();

  void add_tokenize_time(std::chrono::nanoseconds spent) { tokenize_ns_ += spent.count(); }
  void add_compute_time(std::chrono::nanoseconds spent) { compute_ns_ += spent.count(); }
  void note_wait(std::chrono::nanoseconds waited);

  // How far the inputs have been tokenised; touched only by the one thread that feeds the job.
  std::size_t next_input = 0;
  std::atomic<bool> feeding{false};
  std::atomic<std::size_t> queued{0};

 private:
  void finish();
  [[nodiscard]] Embeddings take_embeddings();

  BatchEmbeddingRequest request_;
  std::string model_;
  AnswerSpace space_;
  std::mutex answer_mutex_;
  Completion done_;
  std::atomic<bool> answered_{false};

  std::atomic<std::size_t> remaining_;

  std::atomic<std::int64_t> tokenize_ns_{0};
  std::atomic<std::int64_t> compute_ns_{0};
  std::atomic<std::int64_t> longest_wait_ns_{0};
};

// Some inputs of one job, tokenised: sequences end to end, as in backend::TokenBatch.
struct Slice {
  std::shared_ptr<Job> job;
  std::size_t first_input = 0;
  TimePoint ready;  // when it was tokenised
  std::vector<std::uint32_t> token_ids;
  std::vector<std::uint32_t> offsets = {0};
  std::vector<std::uint32_t> skipped;  // per sequence: leading tokens that are not pooled; empty: none

  [[nodiscard]] std::size_t sequences() const noexcept { return offsets.size() - 1; }
  [[nodiscard]] std::uint32_t length(std::size_t at) const noexcept { return offsets[at + 1] - offsets[at]; }
  [[nodiscard]] std::span<const std::uint32_t> ids(std::size_t at) const noexcept {
    return std::span(token_ids).subspan(offsets[at], length(at));
  }
};

// One tokenised input, waiting or in a unit.
struct Sequence {
  std::shared_ptr<Slice> slice;
  std::uint32_t at = 0;  // in the slice

  [[nodiscard]] Job& job() const noexcept { return *slice->job; }
  [[nodiscard]] std::size_t input() const noexcept { return slice->first_input + at; }
  [[nodiscard]] std::uint32_t length() const noexcept { return slice->length(at); }
  [[nodiscard]] std::span<const std::uint32_t> ids() const noexcept { return slice->ids(at); }
};

}  // namespace akidb::embedding::pipeline
