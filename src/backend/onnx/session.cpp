#include "backend/onnx/session.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "backend/onnx/attach_device.hpp"
#include "backend/onnx/device_problem.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

// One node for bias and GELU is slower on the CPU than the two that it replaces (docs/benchmarks.md).
constexpr const char* kSlowFusions = "BiasGeluFusion";

Ort::SessionOptions session_options(const SessionPlan& plan) {
  Ort::SessionOptions options;
  options.SetExecutionMode(ORT_SEQUENTIAL);
  options.SetInterOpNumThreads(1);
  options.SetIntraOpNumThreads(static_cast<int>(plan.threads));
  options.SetGraphOptimizationLevel(ORT_ENABLE_ALL);
  // Threads of one run meet dozens of times within milliseconds: asleep in between, they would be slower than
  // one thread alone. They spin while the run lasts, and not after it.
  options.AddConfigEntry("session.intra_op.allow_spinning", plan.threads > 1 ? "1" : "0");
  options.AddConfigEntry("session.force_spinning_stop", "1");
  options.AddConfigEntry("session.inter_op.allow_spinning", "0");
  options.AddConfigEntry("optimization.disable_specified_optimizers", kSlowFusions);
  // Units come in hundreds of shapes: a remembered pattern for each would only grow.
  options.DisableMemPattern();
  if (plan.weights != nullptr) plan.weights->attach(options);
  if (!plan.profile_prefix.empty()) options.EnableProfiling(plan.profile_prefix.c_str());
  for (const auto& [name, size] : plan.sizes) {
    Ort::ThrowOnError(Ort::GetApi().AddFreeDimensionOverrideByName(options, name.c_str(), size));
  }
  attach_device(options, plan.device, plan.settings);
  return options;
}

ErrorCode code_of(const Ort::Exception& exception) {
  if (lacks_resources(exception)) return ErrorCode::resource_exhausted;
  const std::string_view words = exception.what();
  const auto says = [&](std::string_view part) { return words.find(part) != std::string_view::npos; };
  const bool is_newer = (says("opset") && says("nder development")) || says("Unsupported model IR version");
  if (is_newer || says("is not a registered function/op")) return ErrorCode::unsupported;
  switch (exception.GetOrtErrorCode()) {
    case ORT_NO_SUCHFILE: return ErrorCode::not_found;
    case ORT_INVALID_PROTOBUF:
    case ORT_INVALID_GRAPH:
    case ORT_NO_MODEL: return ErrorCode::data_corrupt;
    case ORT_NOT_IMPLEMENTED: return ErrorCode::unsupported;
    default: break;
  }
  return ErrorCode::data_corrupt;
}

std::string message_of(ErrorCode code, const SessionPlan& plan, std::string_view words) {
  const auto file = plan.graph.filename().string();
  switch (code) {
    case ErrorCode::not_found: return "there is no file " + file;
    case ErrorCode::unavailable: return device_problem(plan.device, words, has_nvidia_driver());
    case ErrorCode::resource_exhausted: return "not enough memory or file descriptors to load " + file;
    case ErrorCode::unsupported:
      return file +
             " needs an operator, an operator set or a file version that this ONNX Runtime does not have: use a newer "
             "ONNX Runtime, or export the graph with an older opset";
    default: return file + " is not a graph that ONNX Runtime can load";
  }
}

// The tensor's bytes, where all of them lie in a file of `file_size`.
std::optional<std::size_t> size_within(std::size_t file_size, const ExternalWeights::Tensor& tensor) {
  if (tensor.offset > file_size) return std::nullopt;
  const std::size_t most = (file_size - tensor.offset) / sizeof(float);
  std::size_t elements = 1;
  for (const auto extent : tensor.shape) {
    if (extent < 0 || (extent > 0 && elements > most / static_cast<std::size_t>(extent))) return std::nullopt;
    elements *= static_cast<std::size_t>(extent);
  }
  return elements * sizeof(float);
}

}  // namespace

SharedWeights::SharedWeights(base::MmapFile file) : file_(std::move(file)) {
  OrtPrepackedWeightsContainer* container = nullptr;
  Ort::ThrowOnError(Ort::GetApi().CreatePrepackedWeightsContainer(&container));
  packed_.reset(container);
}

Result<std::unique_ptr<SharedWeights>> SharedWeights::open(const ExternalWeights& weights) {
  auto file = base::MmapFile::open(weights.file);
  if (!file) return std::move(file).error();
  const auto bytes = file->bytes();
  auto shared = std::unique_ptr<SharedWeights>(new SharedWeights(std::move(file).value()));
  const auto memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  for (const auto& tensor : weights.tensors) {
    const auto size = size_within(bytes.size(), tensor);
    if (!size) {
      return Error{ErrorCode::data_corrupt,
                   weights.file.filename().string() + " ends before the tensor " + tensor.name,
                   weights.file.string(),
                   {}};
    }
    // ONNX Runtime takes weights as mutable, and never writes to them.
    auto* const data = const_cast<std::byte*>(bytes.data() + tensor.offset);
    shared->names_.push_back(tensor.name);
    shared->values_.push_back(Ort::Value::CreateTensor(memory, data, *size, tensor.shape.data(), tensor.shape.size(),
                                                       ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
  }
  return shared;
}

void SharedWeights::attach(Ort::SessionOptions& options) {
  for (std::size_t at = 0; at < names_.size(); ++at) options.AddInitializer(names_[at].c_str(), values_[at]);
}

Result<Ort::Session> make_session(const SessionPlan& plan) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(plan.graph, ignored)) {
    return Error{ErrorCode::not_found, "there is no file " + plan.graph.filename().string(), plan.graph.string(), {}};
  }
  Ort::SessionOptions options{nullptr};
  try {
    // Execution providers log to it while they are attached.
    ort_env();
    options = session_options(plan);
  } catch (const Ort::Exception& exception) {
    return ort_error(ErrorCode::unavailable, message_of(ErrorCode::unavailable, plan, exception.what()), exception);
  }
  try {
    if (plan.weights == nullptr) return Ort::Session(ort_env(), plan.graph.c_str(), options);
    return Ort::Session(ort_env(), plan.graph.c_str(), options, plan.weights->packed());
  } catch (const Ort::Exception& exception) {
    const auto code = plan.device == Device::cpu ? code_of(exception) : ErrorCode::unavailable;
    return ort_error(code, message_of(code, plan, exception.what()), exception);
  }
}

}  // namespace akidb::embedding::backend::onnx
