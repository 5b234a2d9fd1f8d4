#include "pipeline/job.hpp"

#include <new>
#include <utility>

#include "base/guard_memory.hpp"

namespace akidb::embedding::pipeline {

Result<AnswerSpace> AnswerSpace::reserve(const BatchEmbeddingRequest& request, std::size_t row_dimension) {
  return base::guard_memory("hold the vectors", [&]() -> Result<AnswerSpace> {
    const std::size_t inputs = request.inputs.size();
    AnswerSpace space;
    space.row_dimension = row_dimension;
    space.reports.resize(inputs);
    if (request.output == Output::tokens) {
      space.token_rows.resize(inputs);
    } else {
      space.rows.resize(inputs * row_dimension);
    }
    return space;
  });
}

Job::Job(Submission submission, std::string model, AnswerSpace space, Completion done)
    : request_(std::move(submission.request)),
      model_(std::move(model)),
      space_(std::move(space)),
      done_(std::move(done)),
      remaining_(request_.inputs.size()) {}

bool Job::is_dead(TimePoint now) const noexcept {
  return is_answered() || request_.cancel.cancelled() || (request_.deadline && now >= *request_.deadline);
}

void Job::answer_if_dead(TimePoint now) noexcept {
  if (request_.cancel.cancelled()) {
    fail(ErrorCode::cancelled, "the request was cancelled");
  } else if (request_.deadline && now >= *request_.deadline) {
    fail(ErrorCode::deadline_exceeded, "the request's deadline passed before its vectors were there");
  }
}

void Job::fail(ErrorCode code, std::string_view message) noexcept {
  Error error{code, {}, {}, {}};
  try {
    error.message = message;
  } catch (const std::bad_alloc&) {
    if (code == ErrorCode::resource_exhausted) error = base::out_of_memory();
  }
  fail(std::move(error));
}

void Job::fail(Error error) noexcept {
  Completion done;
  {
    const std::lock_guard lock(answer_mutex_);
    if (answered_.exchange(true)) return;
    done = std::move(done_);
  }
  done(std::move(error));
}

std::span<float> Job::row(std::size_t input) {
  return std::span(space_.rows).subspan(input * space_.row_dimension, space_.row_dimension);
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
  auto embeddings =
      base::guard_memory("hold the vectors", [this]() -> Result<Embeddings> { return take_embeddings(); });
  if (!embeddings) {
    done(std::move(embeddings).error());
    return;
  }
  response.embeddings = std::move(embeddings).value();
  for (const auto& report : space_.reports) {
    response.usage.total_tokens += report.tokens;
    response.usage.truncated_inputs += report.truncated_tokens > 0 ? 1 : 0;
  }
  response.inputs = std::move(space_.reports);
  response.usage.tokenize = duration_cast<microseconds>(nanoseconds(tokenize_ns_.load()));
  response.usage.queue = duration_cast<microseconds>(nanoseconds(longest_wait_ns_.load()));
  response.usage.compute = duration_cast<microseconds>(nanoseconds(compute_ns_.load()));
  done(std::move(response));
}

Embeddings Job::take_embeddings() {
  if (!wants_tokens()) return {space_.row_dimension, std::move(space_.rows)};
  std::vector<std::size_t> first_row = {0};
  std::vector<ByteRange> ranges;
  std::vector<float> values;
  for (auto& rows : space_.token_rows) {
    values.insert(values.end(), rows.values.begin(), rows.values.end());
    ranges.insert(ranges.end(), rows.ranges.begin(), rows.ranges.end());
    rows = {};
    first_row.push_back(values.size() / space_.row_dimension);
  }
  Embeddings embeddings(space_.row_dimension, std::move(values));
  embeddings.first_row = std::move(first_row);
  embeddings.token_ranges = std::move(ranges);
  return embeddings;
}

}  // namespace akidb::embedding::pipeline
