#include "backend/onnx/session_backend.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "backend/onnx/input_tensors.hpp"
#include "base/guard_memory.hpp"
#include "base/log.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

// Rows come home under the sequence's place in the whole batch.
class Shifted final : public RowSink {
 public:
  Shifted(RowSink& sink, std::size_t first) : sink_(sink), first_(first) {}
  void rows(std::size_t sequence, std::size_t first_token, std::span<const float> values) override {
    sink_.rows(first_ + sequence, first_token, values);
  }

 private:
  RowSink& sink_;
  std::size_t first_;
};

class CountValues final : public RowSink {
 public:
  void rows(std::size_t /*sequence*/, std::size_t /*first_token*/, std::span<const float> values) override {
    values_ += values.size();
  }
  [[nodiscard]] std::size_t values() const { return values_; }

 private:
  std::size_t values_ = 0;
};

// The sequences from `first` on, at most `most` of them.
TokenBatch part_of(const TokenBatch& batch, std::size_t first, std::size_t most) {
  const std::size_t count = std::min(most, batch.sequences() - first);
  return {batch.token_ids, batch.offsets.subspan(first, count + 1)};
}

}  // namespace

SessionBackend::SessionBackend(SessionPlan plan, std::unique_ptr<SharedWeights> weights,
                               std::optional<Ort::Session> session, Signature signature)
    : plan_(std::move(plan)),
      rules_(rules_of(plan_.device)),
      weights_(std::move(weights)),
      signature_(std::move(signature)),
      session_(std::move(session)) {}

SessionBackend::~SessionBackend() {
  if (widening_.joinable()) widening_.join();
}

Result<std::unique_ptr<SessionBackend>> SessionBackend::make(SessionPlan plan, std::unique_ptr<SharedWeights> weights,
                                                             std::optional<Ort::Session> session, Signature signature) {
  const auto& names = names_of(plan.device);
  if (rules_of(plan.device).static_shapes) {
    const std::string device =
        "device " + std::string(names.name) + " wants inputs of fixed sizes, and the graph has no ";
    if (!signature.has(InputRole::attention_mask)) {
      return Error{ErrorCode::unsupported, device + "attention_mask for what pads them", {}, {}};
    }
    if (signature.batch_size.empty() || signature.sequence_length.empty()) {
      return Error{ErrorCode::unsupported, device + "names for the sizes of its input_ids", {}, {}};
    }
    session.reset();
  }
  return std::unique_ptr<SessionBackend>(
      new SessionBackend(std::move(plan), std::move(weights), std::move(session), std::move(signature)));
}

Result<void> SessionBackend::forward(const TokenBatch& batch, Cores cores, RowSink& sink) {
  const std::size_t length = batch.length(0);
  if (signature_.one_sequence && batch.sequences() > 1) return one_by_one(batch, cores, sink);
  for (std::size_t at = 1; at < batch.sequences(); ++at) {
    if (batch.length(at) != length) return one_by_one(batch, cores, sink);
  }
  try {
    if (!session_) return run_in_shapes(batch, length, sink);
    Ort::Session& session = cores == Cores::all && wide_ready_.load() ? wide_session_ : *session_;
    return run(session, batch, {batch.sequences(), length}, 0, sink);
  } catch (const Ort::Exception& exception) {
    return failed_run(exception);
  }
}

Result<void> SessionBackend::one_by_one(const TokenBatch& batch, Cores cores, RowSink& sink) {
  for (std::size_t at = 0; at < batch.sequences(); ++at) {
    Shifted shifted(sink, at);
    if (auto outcome = forward(part_of(batch, at, 1), cores, shifted); !outcome) return outcome;
  }
  return {};
}

Result<void> SessionBackend::run_in_shapes(const TokenBatch& batch, std::size_t length, RowSink& sink) {
  const Shape shape = bucket_of(batch.sequences(), length, rules_.unit_tokens, info_.max_positions);
  for (std::size_t first = 0; first < batch.sequences(); first += shape.rows) {
    const auto session = session_of(shape);
    if (!session) return session.error();
    if (auto outcome = run(**session, part_of(batch, first, shape.rows), shape, first, sink); !outcome) return outcome;
  }
  return {};
}

Result<Ort::Session*> SessionBackend::session_of(Shape shape) {
  const std::lock_guard lock(shapes_mutex_);
  const auto found = shaped_.find(shape);
  if (found != shaped_.end()) return &found->second;
  auto plan = plan_;
  if (!shaped_.empty()) plan.profile_prefix.clear();
  plan.sizes = {{signature_.batch_size, static_cast<std::int64_t>(shape.rows)},
                {signature_.sequence_length, static_cast<std::int64_t>(shape.length)}};
  auto session = make_session(plan);
  if (!session) return std::move(session).error();
  return &shaped_.emplace(shape, std::move(session).value()).first->second;
}

Result<void> SessionBackend::run(Ort::Session& session, const TokenBatch& batch, Shape shape, std::size_t first,
                                 RowSink& sink) {
  thread_local InputTensors inputs;
  inputs.fill(signature_, batch, shape);
  const char* const output_name = signature_.output.c_str();
  std::unique_lock one_at_a_time(run_mutex_, std::defer_lock);
  if (rules_.one_run_at_a_time) one_at_a_time.lock();
  const auto outputs = session.Run(Ort::RunOptions{nullptr}, inputs.names().data(), inputs.values().data(),
                                   inputs.values().size(), &output_name, 1);
  if (one_at_a_time.owns_lock()) one_at_a_time.unlock();
  return give_rows(outputs[0], batch, shape, first, sink);
}

// On the CPU it is the graph that fails, over what one text has in it or over any.
Error SessionBackend::failed_run(const Ort::Exception& exception) const {
  if (plan_.device != Device::cpu || lacks_resources(exception)) return run_error("to run the model", exception);
  auto error = ort_error(ErrorCode::data_corrupt,
                         plan_.graph.filename().string() + ": ONNX Runtime failed to run the graph", exception);
  error.input_index = 0;
  return error;
}

// The width is what the first run gave.
Result<void> SessionBackend::check_extents(std::span<const std::int64_t> extents, Shape shape) const {
  std::vector<std::int64_t> expected = {static_cast<std::int64_t>(shape.rows)};
  if (!signature_.pooled) expected.push_back(static_cast<std::int64_t>(shape.length));
  const bool has_rank = extents.size() == expected.size() + 1;
  const auto width = static_cast<std::int64_t>(info_.hidden_size);
  if (has_rank && std::equal(expected.begin(), expected.end(), extents.begin()) && extents.back() > 0 &&
      (width == 0 || extents.back() == width)) {
    return {};
  }
  std::string found;
  for (const auto extent : extents) found += (found.empty() ? "" : " x ") + std::to_string(extent);
  std::string wanted;
  for (const auto extent : expected) wanted += std::to_string(extent) + " x ";
  return Error{ErrorCode::data_corrupt,
               plan_.graph.filename().string() + ": " + signature_.output + ": expected the shape " + wanted +
                   (width == 0 ? "the hidden size" : std::to_string(width)) + ", found " + found,
               plan_.graph.string(), 0};
}

Result<void> SessionBackend::give_rows(const Ort::Value& output, const TokenBatch& batch, Shape shape,
                                       std::size_t first, RowSink& sink) const {
  const auto extents = output.GetTensorTypeAndShapeInfo().GetShape();
  if (auto checked = check_extents(extents, shape); !checked) return checked;
  const auto width = static_cast<std::size_t>(extents.back());
  const std::size_t stride = (signature_.pooled ? 1 : shape.length) * width;
  std::vector<float> widened;
  const float* data = nullptr;
  if (signature_.is_half) {
    const auto* const half = output.GetTensorData<Ort::Float16_t>();
    widened.resize(shape.rows * stride);
    std::transform(half, half + widened.size(), widened.begin(), [](Ort::Float16_t value) { return value.ToFloat(); });
    data = widened.data();
  } else {
    data = output.GetTensorData<float>();
  }
  for (std::size_t at = 0; at < batch.sequences(); ++at) {
    const std::size_t rows = signature_.pooled ? 1 : batch.length(at);
    sink.rows(first + at, 0, std::span(data + at * stride, rows * width));
  }
  return {};
}

Result<void> SessionBackend::warm_up(BackendInfo info) {
  info_ = std::move(info);
  // Two tokens that every vocabulary has.
  const std::array<std::uint32_t, 2> ids = {0, 1};
  const std::array<std::uint32_t, 2> offsets = {0, 2};
  CountValues count;
  if (auto outcome = forward({ids, offsets}, Cores::one, count); !outcome) {
    outcome.error().input_index.reset();  // of no caller's input
    return outcome;
  }
  info_.pooled_output = signature_.pooled;
  info_.hidden_size = count.values() / (signature_.pooled ? 1 : ids.size());

  const auto report = end_profile();
  info_.execution = report ? describe(*report) : "unknown: " + report.error().message;
  if (!report) return {};
  info_.device_share = node_share(*report, names_of(plan_.device).execution_provider);
  if (plan_.device == Device::cpu || info_.device_share.value_or(1) > 0) return {};
  return Error{ErrorCode::unavailable,
               "device " + std::string(names_of(plan_.device).name) + " took none of the model's nodes (" +
                   info_.execution + "): this graph is not for it",
               {},
               {}};
}

void SessionBackend::note_check(std::size_t vectors, double least_cosine) {
  std::array<char, 96> words{};
  std::snprintf(words.data(), words.size(), "; %zu vectors as on the CPU (least cosine %.6f)", vectors, least_cosine);
  info_.device_reason += words.data();
}

// Of the runs so far.
Result<ExecutionReport> SessionBackend::end_profile() {
  if (plan_.profile_prefix.empty()) {
    return Error{ErrorCode::unavailable, "no folder for the warm-up's profile", {}, {}};
  }
  Ort::AllocatorWithDefaultOptions allocator;
  Ort::Session& session = session_ ? *session_ : shaped_.begin()->second;
  return read_profile(session.EndProfilingAllocated(allocator).get());
}

void SessionBackend::widen(std::uint32_t threads) {
  auto plan = plan_;
  plan.threads = threads;
  plan.profile_prefix.clear();
  const auto make = [this, plan] {
    auto session = base::guard_memory("make a session for lone texts", [&] { return make_session(plan); });
    if (!session) {
      base::log(LogLevel::warning, "no session for lone texts on all cores: " + to_string(session.error()));
      return;
    }
    wide_session_ = std::move(session).value();
    wide_ready_ = true;
  };
  try {
    widening_ = std::thread(make);
  } catch (const std::system_error& error) {
    base::log(LogLevel::warning, std::string("no session for lone texts on all cores: ") + error.what());
  }
}

}  // namespace akidb::embedding::backend::onnx
