#include "providers/remote/remote_provider.hpp"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/guard_memory.hpp"
#include "pipeline/postprocess.hpp"
#include "remote/request_body.hpp"

namespace akidb::embedding::providers {
namespace {

using Clock = std::chrono::steady_clock;

std::chrono::microseconds since(Clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
}

bool is_unit(std::span<const float> row) {
  double squares = 0;
  for (const float value : row) squares += static_cast<double>(value) * value;
  return std::abs(std::sqrt(squares) - 1) < 1e-3;
}

}  // namespace

struct RemoteProvider::Job {
  BatchEmbeddingRequest request;
  Clock::time_point accepted;
  Completion done;
  std::size_t dimension = 0;
  bool normalize = false;

  std::mutex mutex;  // guards what is below
  std::vector<float> values;
  std::size_t parts_left = 0;
  std::size_t tokens = 0;
  std::optional<Error> error{};
  std::optional<std::chrono::microseconds> queue{};
  std::chrono::microseconds compute{0};
};

RemoteProvider::RemoteProvider(RemoteParts parts)
    : parts_(std::move(parts)), client_(parts_.client), executor_(parts_.connections) {}

RemoteProvider::~RemoteProvider() { client_.close(); }

Result<std::unique_ptr<EmbeddingProvider>> RemoteProvider::open(RemoteParts parts) {
  std::unique_ptr<RemoteProvider> provider(new RemoteProvider(std::move(parts)));
  if (auto outcome = provider->ask_for_one(); !outcome) return std::move(outcome).error();
  return std::unique_ptr<EmbeddingProvider>(std::move(provider));
}

Result<void> RemoteProvider::ask_for_one() {
  BatchEmbeddingRequest request;
  request.inputs.emplace_back("health check");
  const auto& wire = *parts_.client.wire;
  const auto answer = client_.call(remote::request_body(wire, parts_.model, request, 0, 1), 1, {});
  if (!answer) return answer.error();
  ModelInfo info;
  info.model = parts_.served_name.empty() ? parts_.model : parts_.served_name;
  info.dimension = static_cast<std::uint32_t>(answer->dimension);
  info.normalized = is_unit(answer->values);
  info.provider = "remote";
  info.device = parts_.client.url.host;
  info.device_reason = "the endpoint, by the wire format " + std::string(wire.name);
  info.runtime = wire.name;
  info.pooling = "none";
  info.threads = executor_.size();
  info_ = std::make_shared<const ModelInfo>(std::move(info));
  return {};
}

// A request larger than the whole bound fits into an empty queue.
Result<void> RemoteProvider::admit(std::size_t inputs) {
  const auto before = queued_.fetch_add(inputs);
  if (before == 0 || before + inputs <= parts_.max_queued) return {};
  queued_ -= inputs;
  return Error{
      ErrorCode::resource_exhausted,
      "the queue is full: " + std::to_string(before) + " inputs wait, " + std::to_string(parts_.max_queued) + " may",
      {},
      {}};
}

void RemoteProvider::do_submit(Submission submission, Completion done) {
  auto& request = submission.request;
  if (auto outcome = remote::check_expressible(*parts_.client.wire, request); !outcome) {
    return done(std::move(outcome).error());
  }
  const std::size_t inputs = request.inputs.size();
  auto job = std::make_shared<Job>();
  job->dimension = request.dimensions.value_or(info_->dimension);
  job->values.resize(inputs * job->dimension);
  if (auto outcome = admit(inputs); !outcome) return done(std::move(outcome).error());

  const bool is_cut = job->dimension < info_->dimension;
  job->normalize =
      request.normalize == Normalize::yes || (request.normalize == Normalize::model && is_cut && info_->normalized);
  job->request = std::move(request);
  job->accepted = submission.accepted;
  job->done = std::move(done);
  const std::size_t texts = parts_.client.wire->texts;
  job->parts_left = (inputs + texts - 1) / texts;
  std::size_t posted = 0;
  try {
    for (; posted * texts < inputs; ++posted) {
      const std::size_t first = posted * texts;
      executor_.post([this, job, first, last = std::min(inputs, first + texts)] { run_part(*job, first, last); });
    }
  } catch (const std::bad_alloc&) {
    end_parts(*job, (inputs + texts - 1) / texts - posted, base::out_of_memory());
  }
}

void RemoteProvider::run_part(Job& job, std::size_t first, std::size_t last) {
  bool is_needed = false;
  {
    const std::lock_guard lock(job.mutex);
    is_needed = !job.error;
    if (!job.queue) job.queue = since(job.accepted);
  }
  Result<void> outcome;
  if (is_needed) {
    outcome = base::guard_memory("call the server", [&]() -> Result<void> {
      const auto body = remote::request_body(*parts_.client.wire, parts_.model, job.request, first, last);
      const auto begin = Clock::now();
      auto answer =
          client_.call(body, last - first,
                       {job.request.deadline, job.request.cancel, job.request.trace_parent, job.request.trace_state});
      const std::lock_guard lock(job.mutex);
      job.compute += since(begin);
      return answer ? take(job, first, *answer) : Result<void>(std::move(answer).error());
    });
  }
  end_parts(job, 1, std::move(outcome));
}

void RemoteProvider::end_parts(Job& job, std::size_t parts, Result<void> outcome) {
  bool are_last = false;
  {
    const std::lock_guard lock(job.mutex);
    if (!outcome && !job.error) job.error = std::move(outcome).error();
    job.parts_left -= parts;
    are_last = job.parts_left == 0;
  }
  if (are_last) finish(job);
}

// Rows home by index, cut and normalised where that was asked for.
Result<void> RemoteProvider::take(Job& job, std::size_t first, const remote::Answer& answer) const {
  if (answer.dimension != info_->dimension) {
    return Error{ErrorCode::data_corrupt,
                 "the server's answer: expected rows of " + std::to_string(info_->dimension) +
                     " values as before, found " + std::to_string(answer.dimension),
                 {},
                 {}};
  }
  const std::span<const float> values(answer.values);
  for (std::size_t row = 0; row * answer.dimension < values.size(); ++row) {
    const auto home = std::span(job.values).subspan((first + row) * job.dimension, job.dimension);
    std::ranges::copy(values.subspan(row * answer.dimension, job.dimension), home.begin());
    if (job.normalize) pipeline::normalize(home);
  }
  job.tokens += answer.tokens;
  return {};
}

void RemoteProvider::finish(Job& job) {
  queued_ -= job.request.inputs.size();
  if (job.error) return job.done(*std::move(job.error));
  job.done(base::guard_memory("hold the vectors", [&]() -> Result<BatchEmbeddingResponse> {
    BatchEmbeddingResponse response;
    response.model = info_->model;
    response.embeddings = Embeddings(job.dimension, std::move(job.values));
    response.inputs.resize(job.request.inputs.size());
    response.usage.total_tokens = job.tokens;
    response.usage.queue = job.queue.value_or(std::chrono::microseconds(0));
    response.usage.compute = job.compute;
    return response;
  }));
}

}  // namespace akidb::embedding::providers
