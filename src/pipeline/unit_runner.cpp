#include "pipeline/unit_runner.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "base/guard_memory.hpp"
#include "pipeline/postprocess.hpp"

namespace akidb::embedding::pipeline {
namespace {

std::size_t skipped_tokens(const Sequence& sequence) {
  return sequence.slice->skipped.empty() ? 0 : sequence.slice->skipped[sequence.at];
}

bool is_of_one_sequence(const Result<void>& outcome) { return !outcome && outcome.error().input_index.has_value(); }

Error of_input(Error error, std::size_t input) {
  error.message.insert(0, "inputs[" + std::to_string(input) + "]: ");
  error.input_index = input;
  return error;
}

}  // namespace

// Pools rows while they stand in the engine's own memory.
class UnitRunner::Sink final : public backend::RowSink {
 public:
  Sink(const UnitRunner& runner, const Unit& unit)
      : runner_(runner), unit_(unit), pooled_(unit.sequences.size() * runner.dimension()) {}

  void rows(std::size_t at, std::size_t first_token, std::span<const float> values) override {
    const auto& sequence = unit_.sequences[at];
    const auto pooled = std::span(pooled_).subspan(at * runner_.dimension(), runner_.dimension());
    if (sequence.job().wants_tokens()) {
      auto& rows = sequence.job().token_rows(sequence.input()).values;
      rows.insert(rows.end(), values.begin(), values.end());
    } else if (runner_.pooling_ == nullptr) {
      std::copy(values.begin(), values.end(), pooled.begin());
    } else {
      runner_.pooling_->add(values, {first_token, skipped_tokens(sequence), sequence.length()}, pooled);
    }
  }

  std::vector<double> take() { return std::move(pooled_); }

 private:
  const UnitRunner& runner_;
  const Unit& unit_;
  std::vector<double> pooled_;
};

UnitRunner::UnitRunner(backend::Backend& backend, std::unique_ptr<const Pooling> pooling, bool normalize)
    : backend_(backend), pooling_(std::move(pooling)), normalize_(normalize) {}

std::size_t UnitRunner::dimension() const noexcept {
  return pooling_ ? pooling_->dimension() : backend_.info().hidden_size;
}

bool UnitRunner::normalizes(const BatchEmbeddingRequest& request) const noexcept {
  return request.normalize == Normalize::yes || (request.normalize == Normalize::model && normalize_);
}

UnitRunner::Computed UnitRunner::compute(const Unit& unit, backend::Cores cores) const {
  Computed computed;
  computed.outcome = base::guard_memory("run the model", [&] { return forward(unit, cores, computed); });
  return computed;
}

bool UnitRunner::wants_first_rows_only(const Unit& unit) const {
  if (pooling_ == nullptr || !pooling_->takes_first_row_only()) return false;
  return std::all_of(unit.sequences.begin(), unit.sequences.end(), [](const Sequence& sequence) {
    return !sequence.job().wants_tokens() && skipped_tokens(sequence) == 0;
  });
}

Result<void> UnitRunner::forward(const Unit& unit, backend::Cores cores, Computed& computed) const {
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
  ids.reserve(unit.tokens);
  offsets.reserve(unit.sequences.size() + 1);
  const auto started = std::chrono::steady_clock::now();
  for (const auto& sequence : unit.sequences) {
    const auto tokens = sequence.ids();
    ids.insert(ids.end(), tokens.begin(), tokens.end());
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
    sequence.job().note_wait(started - sequence.slice->ready);
  }
  Sink sink(*this, unit);
  auto outcome = backend_.forward({ids, offsets, wants_first_rows_only(unit)}, cores, sink);
  computed.pooled = sink.take();
  computed.spent = std::chrono::steady_clock::now() - started;
  return outcome;
}

void UnitRunner::deliver(const Unit& unit, Computed computed) const noexcept {
  const bool each_alone = is_of_one_sequence(computed.outcome) && unit.sequences.size() > 1;
  for (std::size_t at = 0; at < unit.sequences.size(); ++at) {
    try {
      each_alone ? deliver_alone(unit.sequences[at]) : deliver_one(unit, at, computed);
    } catch (const std::bad_alloc&) {
      unit.sequences[at].job().fail(ErrorCode::resource_exhausted, "not enough memory to hold the vectors");
    }
  }
}

void UnitRunner::deliver_alone(const Sequence& sequence) const {
  auto& job = sequence.job();
  if (job.is_answered()) return;
  if (job.wants_tokens()) job.token_rows(sequence.input()).values.clear();
  const Unit alone{{sequence}, sequence.length()};
  auto computed = compute(alone, backend::Cores::one);
  deliver_one(alone, 0, computed);
}

void UnitRunner::deliver_one(const Unit& unit, std::size_t at, Computed& computed) const {
  const auto& sequence = unit.sequences[at];
  auto& job = sequence.job();
  if (!computed.outcome) {
    auto error = computed.outcome.error();
    if (error.input_index) error = of_input(std::move(error), sequence.input());
    job.fail(std::move(error));
    return;
  }
  job.add_compute_time(computed.spent * sequence.length() / static_cast<std::int64_t>(unit.tokens));
  if (job.wants_tokens()) {
    finish_tokens(sequence);
  } else {
    finish(sequence, std::span(computed.pooled).subspan(at * dimension(), dimension()));
  }
}

void UnitRunner::finish(const Sequence& sequence, std::span<double> pooled) const {
  auto& job = sequence.job();
  if (pooling_) pooling_->finish({0, skipped_tokens(sequence), sequence.length()}, pooled);
  const auto out = job.row(sequence.input());
  std::transform(pooled.begin(), pooled.begin() + static_cast<std::ptrdiff_t>(out.size()), out.begin(),
                 [](double value) { return static_cast<float>(value); });
  if (normalizes(job.request())) normalize(out);
  job.input_done();
}

void UnitRunner::finish_tokens(const Sequence& sequence) const {
  auto& job = sequence.job();
  auto& values = job.token_rows(sequence.input()).values;
  if (job.request().normalize == Normalize::yes) {
    const std::size_t width = backend_.info().hidden_size;
    for (std::size_t at = 0; at < values.size(); at += width) pipeline::normalize(std::span(values).subspan(at, width));
  }
  job.input_done();
}

}  // namespace akidb::embedding::pipeline
