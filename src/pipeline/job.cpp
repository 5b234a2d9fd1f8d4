#include "pipeline/job.hpp"

#include <utility>

namespace akidb::embedding::pipeline {

Job::Job(Submission submission, std::string model, std::size_t row_dimension, Completion done)
    : request_(std::move(submission.request)),
      model_(std::move(model)),
      row_dimension_(row_dimension),
      done_(std::move(done)),
      reports_(request_.inputs.size()),
      remaining_(request_.inputs.size()) {
  if (wants_tokens()) {
    token_rows_.resize(inputs());
  } else {
    rows_.resize(inputs() * row_dimension_);
  }
}

bool Job::is_dead(TimePoint now) const noexcept {
  return answered_.load(std::memory_order_relaxed) || request_.cancel.cancelled() ||
         (request_.deadline && now >= *request_.deadline);
}

void Job::answer_if_dead(TimePoint now) {
  if (request_.cancel.cancelled()) {
    fail({ErrorCode::cancelled, "the request was cancelled", {}, {}});
  } else if (request_.deadline && now >= *request_.deadline) {
    fail({ErrorCode::deadline_exceeded, "the request's deadline passed before its vectors were there", {}, {}});
  }
}

void Job::fail(Error error) {
  Completion done;
  {
    const std::lock_guard lock(answer_mutex_);
    if (answered_.exchange(true)) return;
    done = std::move(done_);
  }
  done(std::move(error));
}

std::span<float> Job::row(std::size_t input) {
  return std::span(rows_).subspan(input * row_dimension_, row_dimension_);
}

void Job::note_wait(std::chrono::nanoseconds waited) {
  auto longest = longest_wait_ns_.load(std::memory_order_relaxed);
  while (waited.count() > longest && !longest_wait_ns_.compare_exchange_weak(longest, waited.count())) {
  }
}

void Job::input_done() {
  if (remaining_.fetch_sub(1, std::memory_order_acq_rel) == 1) finish();
}

void Job::finish() {
  Completion done;
  {
    const std::lock_guard lock(answer_mutex_);
    if (answered_.exchange(true)) return;
    done = std::move(done_);
  }
  using std::chrono::duration_cast;
  using std::chrono::microseconds;
  using std::chrono::nanoseconds;
  BatchEmbeddingResponse response;
  response.model = std::move(model_);
  response.embeddings = take_embeddings();
  for (const auto& report : reports_) {
    response.usage.total_tokens += report.tokens;
    response.usage.truncated_inputs += report.truncated_tokens > 0 ? 1 : 0;
  }
  response.inputs = std::move(reports_);
  response.usage.tokenize = duration_cast<microseconds>(nanoseconds(tokenize_ns_.load()));
  response.usage.queue = duration_cast<microseconds>(nanoseconds(longest_wait_ns_.load()));
  response.usage.compute = duration_cast<microseconds>(nanoseconds(compute_ns_.load()));
  done(std::move(response));
}

Embeddings Job::take_embeddings() {
  if (!wants_tokens()) return {row_dimension_, std::move(rows_)};
  std::vector<std::size_t> first_row = {0};
  std::vector<ByteRange> ranges;
  std::vector<float> values;
  for (auto& rows : token_rows_) {
    values.insert(values.end(), rows.values.begin(), rows.values.end());
    ranges.insert(ranges.end(), rows.ranges.begin(), rows.ranges.end());
    rows = {};
    first_row.push_back(values.size() / row_dimension_);
  }
  Embeddings embeddings(row_dimension_, std::move(values));
  embeddings.first_row = std::move(first_row);
  embeddings.token_ranges = std::move(ranges);
  return embeddings;
}

}  // namespace akidb::embedding::pipeline
