#include "backend/onnx/onnx_backend.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "backend/onnx/execution_report.hpp"
#include "backend/onnx/input_tensors.hpp"
#include "backend/onnx/runtime.hpp"
#include "backend/onnx/session.hpp"
#include "backend/onnx/signature.hpp"
#include "base/guard_memory.hpp"
#include "base/log.hpp"
#include "base/temporary_folder.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

constexpr std::size_t kUnitTokens = 512;

class OnnxBackend final : public Backend {
 public:
  OnnxBackend(SessionPlan plan, std::unique_ptr<SharedWeights> weights, Ort::Session session, Signature signature)
      : plan_(std::move(plan)),
        weights_(std::move(weights)),
        signature_(std::move(signature)),
        session_(std::move(session)) {}

  ~OnnxBackend() override {
    if (widening_.joinable()) widening_.join();
  }

  OnnxBackend(const OnnxBackend&) = delete;
  OnnxBackend& operator=(const OnnxBackend&) = delete;

  [[nodiscard]] const BackendInfo& info() const override { return info_; }

  Result<void> forward(const TokenBatch& batch, Cores cores, RowSink& sink) override {
    const std::size_t length = batch.length(0);
    for (std::size_t at = 1; at < batch.sequences(); ++at) {
      if (batch.length(at) != length) return one_by_one(batch, cores, sink);
    }
    Ort::Session& session = cores == Cores::all && wide_ready_.load() ? wide_session_ : session_;
    try {
      return run(session, batch, length, sink);
    } catch (const Ort::Exception& exception) {
      return ort_error(ErrorCode::internal, "ONNX Runtime failed to run the model", exception);
    }
  }

  // Runs a short text, and completes info() with what the profile and the output say.
  Result<void> warm_up(BackendInfo info);

  // A second session over the same weights with all threads, made beside the first one's work.
  void widen(std::uint32_t threads);

 private:
  // Ends the profile of the runs so far.
  std::string what_ran();
  Result<void> one_by_one(const TokenBatch& batch, Cores cores, RowSink& sink);
  Result<void> run(Ort::Session& session, const TokenBatch& batch, std::size_t length, RowSink& sink);

  BackendInfo info_;
  SessionPlan plan_;
  std::unique_ptr<SharedWeights> weights_;
  Signature signature_;
  Ort::Session session_;
  Ort::Session wide_session_{nullptr};
  std::atomic<bool> wide_ready_{false};
  std::thread widening_;
};

Result<void> OnnxBackend::one_by_one(const TokenBatch& batch, Cores cores, RowSink& sink) {
  // Rows come home under the sequence's place in the whole batch.
  class Shifted final : public RowSink {
   public:
    Shifted(RowSink& sink, std::size_t at) : sink_(sink), at_(at) {}
    void rows(std::size_t /*sequence*/, std::size_t first_token, std::span<const float> values) override {
      sink_.rows(at_, first_token, values);
    }

   private:
    RowSink& sink_;
    std::size_t at_;
  };
  for (std::size_t at = 0; at < batch.sequences(); ++at) {
    const std::array<std::uint32_t, 2> offsets = {0, static_cast<std::uint32_t>(batch.length(at))};
    Shifted shifted(sink, at);
    const auto ids = batch.token_ids.subspan(batch.offsets[at], batch.length(at));
    if (auto outcome = forward({ids, offsets}, cores, shifted); !outcome) return outcome;
  }
  return {};
}

Result<void> OnnxBackend::run(Ort::Session& session, const TokenBatch& batch, std::size_t length, RowSink& sink) {
  thread_local InputTensors inputs;
  inputs.fill(signature_, batch, length);
  const char* const output_name = signature_.output.c_str();
  const auto outputs = session.Run(Ort::RunOptions{nullptr}, inputs.names().data(), inputs.values().data(),
                                   inputs.values().size(), &output_name, 1);

  const auto extents = outputs[0].GetTensorTypeAndShapeInfo().GetShape();
  const auto width = static_cast<std::size_t>(extents.back());
  const std::size_t rows = signature_.pooled ? 1 : length;
  const std::size_t expected_rank = signature_.pooled ? 2 : 3;
  if (extents.size() != expected_rank || extents[0] != static_cast<std::int64_t>(batch.sequences()) ||
      (!signature_.pooled && extents[1] != static_cast<std::int64_t>(length))) {
    return Error{ErrorCode::internal, "the graph gave an output of another shape than its input", {}, {}};
  }
  const float* const data = outputs[0].GetTensorData<float>();
  for (std::size_t at = 0; at < batch.sequences(); ++at) {
    sink.rows(at, 0, std::span(data + at * rows * width, rows * width));
  }
  return {};
}

Result<void> OnnxBackend::warm_up(BackendInfo info) {
  class Width final : public RowSink {
   public:
    void rows(std::size_t /*sequence*/, std::size_t /*first_token*/, std::span<const float> values) override {
      values_ += values.size();
    }
    [[nodiscard]] std::size_t values() const { return values_; }

   private:
    std::size_t values_ = 0;
  };
  // Two tokens that every vocabulary has.
  const std::array<std::uint32_t, 2> ids = {0, 1};
  const std::array<std::uint32_t, 2> offsets = {0, 2};
  Width width;
  if (auto outcome = forward({ids, offsets}, Cores::one, width); !outcome) return outcome;

  info.execution = what_ran();
  info.pooled_output = signature_.pooled;
  info.hidden_size = width.values() / (signature_.pooled ? 1 : ids.size());
  info_ = std::move(info);
  return {};
}

std::string OnnxBackend::what_ran() {
  if (plan_.profile_prefix.empty()) return "unknown: no folder for the warm-up's profile";
  Ort::AllocatorWithDefaultOptions allocator;
  const auto report = read_profile(session_.EndProfilingAllocated(allocator).get());
  return report ? describe(*report) : "unknown: " + report.error().message;
}

void OnnxBackend::widen(std::uint32_t threads) {
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

Result<std::unique_ptr<SharedWeights>> share(const ExternalWeights& weights) {
  if (weights.tensors.empty()) return std::unique_ptr<SharedWeights>();
  return SharedWeights::open(weights);
}

// A device that was chosen automatically and cannot be used gives way to the CPU.
Result<Ort::Session> open_session(SessionPlan& plan, DeviceChoice& choice) {
  plan.device = choice.device;
  auto session = make_session(plan);
  if (session || !choice.automatic || choice.device == Device::cpu) return session;
  choice.reason = "auto: " + session.error().message + ", so the CPU";
  base::log(LogLevel::warning, to_string(session.error()) + "; the CPU is used instead");
  plan.device = choice.device = Device::cpu;
  return make_session(plan);
}

BackendInfo info_of(const OnnxOptions& options, const Runtime& runtime, const DeviceChoice& choice) {
  BackendInfo info;
  info.name = "onnx";
  info.runtime = "ONNX Runtime " + runtime.version;
  info.device = names_of(choice.device).name;
  info.device_reason = choice.reason;
  info.dtype = "fp32";
  info.vocab_size = options.vocab_size;
  info.unit_tokens = kUnitTokens;
  info.equal_lengths = true;
  return info;
}

Result<std::unique_ptr<Backend>> open_or_throw(const OnnxOptions& options) {
  const auto runtime = load_runtime(options.onnxruntime);
  if (!runtime) return runtime.error();
  auto choice = choose(options.device, (*runtime)->execution_providers);
  if (!choice) return std::move(choice).error();
  // For the warm-up's profile alone: where there is no place for it, the model still runs.
  const auto folder = base::TemporaryFolder::create();
  auto weights = share(options.weights);
  if (!weights) return std::move(weights).error();

  SessionPlan plan;
  plan.graph = options.graph;
  plan.weights = weights->get();
  if (folder) plan.profile_prefix = folder->path() / "profile";
  auto session = open_session(plan, *choice);
  if (!session) return std::move(session).error();
  auto signature = read_signature(*session);
  if (!signature) return std::move(signature).error();

  auto backend = std::make_unique<OnnxBackend>(std::move(plan), std::move(weights).value(), std::move(session).value(),
                                               std::move(signature).value());
  if (auto warm = backend->warm_up(info_of(options, **runtime, *choice)); !warm) return std::move(warm).error();
  const auto& info = backend->info();
  base::log(LogLevel::info,
            "device " + info.device + " (" + info.device_reason + "); " + info.runtime + ": " + info.execution);
  if (options.threads > 1 && choice->device == Device::cpu) backend->widen(options.threads);
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace

Result<std::unique_ptr<Backend>> open_backend(const OnnxOptions& options) {
  try {
    return open_or_throw(options);
  } catch (const Ort::Exception& exception) {
    return ort_error(ErrorCode::internal, "ONNX Runtime failed while the model was loaded", exception);
  }
}

}  // namespace akidb::embedding::backend::onnx
