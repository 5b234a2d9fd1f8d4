#include "pipeline/pipeline.hpp"

#include <algorithm>
#include <utility>

#include "base/guard_memory.hpp"

namespace akidb::embedding::pipeline {
namespace {

std::unique_ptr<const Pooling> make_pooling(const backend::BackendInfo& info, const PipelineOptions& options) {
  if (info.pooled_output) return nullptr;
  return std::make_unique<const Pooling>(options.pooling, info.hidden_size);
}

std::size_t unit_tokens(const backend::BackendInfo& info, const PipelineOptions& options) {
  return options.unit_tokens == 0 ? info.unit_tokens : std::min(options.unit_tokens, info.unit_tokens);
}

Scheduler::Options scheduler_options(const backend::BackendInfo& info, const PipelineOptions& pipeline) {
  Scheduler::Options options;
  options.rules.equal_lengths = info.equal_lengths;
  options.unit_tokens = unit_tokens(info, pipeline);
  return options;
}

}  // namespace

Pipeline::Pipeline(PipelineParts parts, PipelineOptions options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      encoder_(*parts_.tokenizer, *parts_.executor, options_.encoder),
      runner_(*parts_.backend, make_pooling(parts_.backend->info(), options_), options_.normalize),
      scheduler_(*parts_.executor, *parts_.admission, runner_, scheduler_options(parts_.backend->info(), options_),
                 [this](const std::shared_ptr<Job>& job) { feed(job); }) {}

std::size_t Pipeline::batch_tokens() const noexcept { return unit_tokens(parts_.backend->info(), options_); }

Result<std::size_t> Pipeline::row_dimension(const BatchEmbeddingRequest& request) const {
  const auto& info = parts_.backend->info();
  if (request.output == Output::tokens) {
    if (info.pooled_output) {
      return Error{ErrorCode::unsupported, "output: this model gives a row per input only, no token rows", {}, {}};
    }
    if (request.dimensions) {
      return Error{ErrorCode::invalid_argument, "dimensions: goes with pooled output only", {}, {}};
    }
    return info.hidden_size;
  }
  return request.dimensions ? std::size_t{*request.dimensions} : dimension();
}

void Pipeline::submit(Submission submission, Completion done) {
  const auto width = row_dimension(submission.request);
  if (!width) {
    done(width.error());
    return;
  }
  auto space = AnswerSpace::reserve(submission.request, *width);
  if (!space) {
    done(std::move(space).error());
    return;
  }
  auto job = std::make_shared<Job>(std::move(submission), options_.model, std::move(space).value(), std::move(done));
  job->feeding = true;
  job->answer_if_dead(scheduler_.now());
  if (!job->is_dead(scheduler_.now())) {
    if (auto outcome = queue_next(job, true); !outcome) job->fail(std::move(outcome).error());
  }
  job->feeding = false;
  // The workers may have run dry while this thread still held the job.
  feed(job);
}

Result<void> Pipeline::queue_next(const std::shared_ptr<Job>& job, bool is_first) {
  const auto& admission = *parts_.admission;
  const std::size_t window = std::min(options_.window, admission.bounds().sequences);
  const std::size_t count = std::clamp<std::size_t>(is_first ? window : admission.free_sequences(), 1, window);
  const std::size_t first = job->next_input;
  const std::size_t last = std::min(job->inputs(), first + count);
  return base::guard_memory("tokenise the inputs", [&]() -> Result<void> {
    auto slice = encoder_.encode(job, first, last);
    if (!slice) return slice.error();
    job->next_input = last;
    return scheduler_.submit(*slice, is_first);
  });
}

void Pipeline::feed(const std::shared_ptr<Job>& job) {
  // One thread feeds; one that finds it busy leaves, and the feeder looks again after it has let go.
  while (job->queued < options_.window / 2 && !job->feeding.exchange(true)) {
    job->answer_if_dead(scheduler_.now());
    const bool has_more = job->next_input < job->inputs() && !job->is_dead(scheduler_.now());
    if (has_more) {
      if (auto outcome = queue_next(job, false); !outcome) job->fail(std::move(outcome).error());
    }
    job->feeding = false;
    if (!has_more) return;
  }
}

}  // namespace akidb::embedding::pipeline
