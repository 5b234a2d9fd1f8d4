#include "backend/onnx/onnx_backend.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "backend/onnx/runtime.hpp"
#include "backend/onnx/self_check.hpp"
#include "backend/onnx/session_backend.hpp"
#include "base/log.hpp"
#include "base/temporary_folder.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

using Opened = Result<std::unique_ptr<SessionBackend>>;

BackendInfo info_of(const OnnxOptions& options, const Runtime& runtime, const DeviceChoice& choice) {
  BackendInfo info;
  info.name = "onnx";
  info.runtime = "ONNX Runtime " + runtime.version;
  info.device = names_of(choice.device).name;
  info.device_reason = choice.reason;
  info.dtype = options.dtype;
  info.vocab_size = options.vocab_size;
  info.max_positions = options.max_positions;
  info.unit_tokens = options.texts_alone ? 1 : rules_of(choice.device).unit_tokens;
  info.equal_lengths = true;
  return info;
}

// The folder, made; empty where it cannot be: then the device compiles at every start.
std::string cache_of(const OnnxOptions& options, Device device) {
  if (options.cache.empty() || device == Device::cpu) return {};
  const auto folder = options.cache / names_of(device).name;
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (!failure) return folder.string();
  base::log(LogLevel::warning, "what device " + std::string(names_of(device).name) +
                                   " compiles is not kept: its folder cannot be written (" + folder.string() + ": " +
                                   failure.message() + ")");
  return {};
}

Result<DeviceSettings> settings_of(const OnnxOptions& options, Device device) {
  if (!options.device_id.empty() && !rules_of(device).takes_id) {
    return Error{ErrorCode::invalid_argument,
                 "device_id: expected none for device " + std::string(names_of(device).name) + ", found \"" +
                     options.device_id + "\"",
                 {},
                 {}};
  }
  return DeviceSettings{options.device_id, options.device_memory, cache_of(options, device), options.threads};
}

// On one device, warmed up.
Opened open_on(const OnnxOptions& options, const Runtime& runtime, const DeviceChoice& choice) {
  const bool on_cpu = choice.device == Device::cpu;
  auto settings = settings_of(options, choice.device);
  if (!settings) return std::move(settings).error();
  // For the warm-up's profile alone: where there is no place for it, the model still runs.
  const auto folder = base::TemporaryFolder::create();

  SessionPlan plan;
  const bool masked = rules_of(choice.device).static_shapes && !options.masked_graph.empty();
  plan.graph = masked ? options.masked_graph : options.graph;
  plan.settings = std::move(*settings);
  std::unique_ptr<SharedWeights> weights;
  // Devices copy weights into memory of their own.
  if (on_cpu && !options.weights.tensors.empty()) {
    auto shared = SharedWeights::open(options.weights);
    if (!shared) return std::move(shared).error();
    weights = std::move(shared).value();
    plan.weights = weights.get();
  }
  plan.device = rules_of(choice.device).static_shapes ? Device::cpu : choice.device;
  if (folder) plan.profile_prefix = folder->path() / "profile";
  auto session = make_session(plan);
  if (!session) return std::move(session).error();
  auto signature = read_signature(*session);
  if (!signature) return std::move(signature).error();

  auto info = info_of(options, runtime, choice);
  if (signature->one_sequence) info.unit_tokens = 1;
  plan.device = choice.device;
  auto backend = SessionBackend::make(std::move(plan), std::move(weights), std::move(session).value(),
                                      std::move(signature).value());
  if (!backend) return backend;
  if (auto warm = (*backend)->warm_up(std::move(info)); !warm) return std::move(warm).error();
  return backend;
}

// On the chosen device, and, where that is another one, with the CPU's vectors.
Opened open_checked(const OnnxOptions& options, const Runtime& runtime, const DeviceChoice& choice) {
  auto backend = open_on(options, runtime, choice);
  if (!backend || choice.device == Device::cpu) return backend;
  auto plain = options;
  plain.device_id.clear();
  const auto cpu = open_on(plain, runtime, {Device::cpu, {}, false});
  if (!cpu) return cpu.error();
  const auto check = compare_with_cpu(**backend, **cpu);
  if (check) {
    (*backend)->note_check(check->vectors, check->least_cosine);
    return backend;
  }
  auto error = check.error();
  if (error.code == ErrorCode::unavailable) {
    error.message = "device " + std::string(names_of(choice.device).name) + " cannot be used: " + error.message +
                    "; use device cpu";
  }
  return error;
}

// Whatever is wrong with an automatic choice, the CPU may do better; and where it does not, its error is the one that
// tells.
Opened open_or_step_down(const OnnxOptions& options, const Runtime& runtime, DeviceChoice choice) {
  auto backend = open_checked(options, runtime, choice);
  if (backend || !choice.automatic || choice.device == Device::cpu) return backend;
  base::log(LogLevel::warning, to_string(backend.error()) + "; the CPU is used instead");
  choice.reason = "auto: " + backend.error().message + ", so the CPU";
  choice.device = Device::cpu;
  auto plain = options;
  plain.device_id.clear();
  return open_on(plain, runtime, choice);
}

Result<std::unique_ptr<Backend>> open_or_throw(const OnnxOptions& options) {
  const auto runtime = load_runtime(options.onnxruntime);
  if (!runtime) return runtime.error();
  auto choice = choose(options.device, (*runtime)->execution_providers);
  if (!choice) return std::move(choice).error();
  auto opened = open_or_step_down(options, **runtime, *choice);
  if (!opened) return std::move(opened).error();
  auto backend = std::move(opened).value();
  const auto& info = backend->info();
  base::log(LogLevel::info,
            "device " + info.device + " (" + info.device_reason + "); " + info.runtime + ": " + info.execution);
  if (options.threads > 1 && info.device == "cpu") backend->widen(options.threads);
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace

Result<std::unique_ptr<Backend>> open_backend(const OnnxOptions& options) {
  try {
    return open_or_throw(options);
  } catch (const Ort::Exception& exception) {
    return run_error("while the model was loaded", exception);
  }
}

}  // namespace akidb::embedding::backend::onnx
