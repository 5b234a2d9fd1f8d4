#include "backend/onnx/device_options.hpp"

#include <array>

namespace akidb::embedding::backend::onnx {
namespace {

using enum OptionSource;
using Option = DeviceOption;

// TF32 would cost three digits. Units come in hundreds of shapes: an arena that doubles would take a GPU's
// memory from its neighbours.
constexpr std::array kCuda = {
    Option{"device_id", id, "0"},
    Option{"gpu_mem_limit", memory},
    Option{"use_tf32", constant, "0"},
    Option{"arena_extend_strategy", constant, "kSameAsRequested"},
};
constexpr std::array kTensorrt = {
    Option{"device_id", id, "0"},
    Option{"trt_max_workspace_size", memory},
    Option{"trt_fp16_enable", constant, "0"},
    Option{"trt_engine_cache_enable", with_cache, "1"},
    Option{"trt_engine_cache_path", cache},
    Option{"trt_timing_cache_enable", with_cache, "1"},
    Option{"trt_timing_cache_path", cache},
};
constexpr std::array kCoreml = {
    Option{"ModelFormat", constant, "MLProgram"},
    Option{"MLComputeUnits", id, "ALL"},
    Option{"RequireStaticInputShapes", constant, "1"},
    Option{"AllowLowPrecisionAccumulationOnGPU", constant, "0"},
    Option{"ModelCacheDirectory", cache},
};
constexpr std::array kDirectml = {
    Option{"device_id", id, "0"},
};
// The CPU's plugin would compute in bfloat16 where the processor has it.
constexpr std::array kOpenvino = {
    Option{"device_type", id, "CPU"},  Option{"precision", constant, "FP32"},
    Option{"num_of_threads", threads}, Option{"num_streams", threads},
    Option{"cache_dir", cache},
};
constexpr std::array kXnnpack = {
    Option{"intra_op_num_threads", threads},
};
constexpr std::array kOnednn = {
    Option{"use_arena", constant, "1"},
};

// A GPU is filled by thousands of tokens, a core by some hundred.
constexpr std::size_t kCoreUnit = 512;
constexpr std::size_t kGpuUnit = 8'192;

// In the order of the enumeration.
constexpr std::array kRules = {
    DeviceRules{Device::cpu, Attach::nothing, "", {}, false, false, false, true, kCoreUnit},
    DeviceRules{Device::cuda, Attach::cuda, "", kCuda, true, false, false, false, kGpuUnit},
    DeviceRules{Device::tensorrt, Attach::tensorrt, "", kTensorrt, true, true, true, false, kGpuUnit},
    DeviceRules{Device::coreml, Attach::by_name, "CoreML", kCoreml, true, true, false, false, kCoreUnit},
    DeviceRules{Device::directml, Attach::by_name, "DML", kDirectml, true, true, true, false, kGpuUnit},
    DeviceRules{Device::openvino, Attach::openvino, "", kOpenvino, true, false, false, true, kCoreUnit},
    DeviceRules{Device::xnnpack, Attach::by_name, "XNNPACK", kXnnpack, false, true, false, true, kCoreUnit},
    DeviceRules{Device::onednn, Attach::onednn, "", kOnednn, false, false, false, true, kCoreUnit},
};

std::string value_of(const Option& option, const DeviceSettings& settings) {
  std::string fixed(option.value);
  switch (option.source) {
    case constant: return fixed;
    case id: return settings.id.empty() ? fixed : settings.id;
    case memory: return settings.memory_limit == 0 ? "" : std::to_string(settings.memory_limit);
    case threads: return settings.threads == 0 ? "" : std::to_string(settings.threads);
    case cache: return settings.cache;
    case with_cache: return settings.cache.empty() ? "" : fixed;
  }
  return {};
}

}  // namespace

const DeviceRules& rules_of(Device device) noexcept { return kRules[static_cast<std::size_t>(device)]; }

OptionList options_of(Device device, const DeviceSettings& settings) {
  OptionList list;
  for (const auto& option : rules_of(device).options) {
    auto value = value_of(option, settings);
    if (!value.empty()) list.emplace_back(std::string(option.key), std::move(value));
  }
  return list;
}

}  // namespace akidb::embedding::backend::onnx
