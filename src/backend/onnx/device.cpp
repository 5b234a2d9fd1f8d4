#include "backend/onnx/device.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace akidb::embedding::backend::onnx {
namespace {

// In the order of the enumeration.
constexpr std::array kDevices = {
    DeviceNames{Device::cpu, "cpu", "CPUExecutionProvider", "every build of ONNX Runtime has it"},
    DeviceNames{Device::cuda, "cuda", "CUDAExecutionProvider",
                "point ONNXRUNTIME_ROOT at a GPU build of ONNX Runtime and install NVIDIA's driver, CUDA and cuDNN"},
    DeviceNames{Device::tensorrt, "tensorrt", "TensorrtExecutionProvider",
                "point ONNXRUNTIME_ROOT at a GPU build of ONNX Runtime and install NVIDIA's driver, CUDA, cuDNN and "
                "TensorRT"},
    DeviceNames{Device::coreml, "coreml", "CoreMLExecutionProvider",
                "use ONNX Runtime's macOS build on an Apple machine"},
    DeviceNames{Device::directml, "directml", "DmlExecutionProvider",
                "point ONNXRUNTIME_ROOT at the DirectML build of ONNX Runtime on Windows"},
    DeviceNames{Device::openvino, "openvino", "OpenVINOExecutionProvider",
                "point ONNXRUNTIME_ROOT at ONNX Runtime's OpenVINO build (scripts/setup.sh openvino brings one)"},
    DeviceNames{Device::xnnpack, "xnnpack", "XnnpackExecutionProvider",
                "point ONNXRUNTIME_ROOT at a build of ONNX Runtime with XNNPACK"},
    DeviceNames{Device::onednn, "onednn", "DnnlExecutionProvider",
                "point ONNXRUNTIME_ROOT at a build of ONNX Runtime with oneDNN"},
};

std::vector<Device> preference(Platform platform) {
  switch (platform) {
    case Platform::macos: return {Device::coreml};
    case Platform::windows: return {Device::cuda, Device::directml};
    case Platform::other: break;
  }
  return {Device::cuda};
}

std::string joined(std::span<const std::string> words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

bool has(std::span<const std::string> available, Device device) {
  return std::find(available.begin(), available.end(), names_of(device).execution_provider) != available.end();
}

DeviceChoice choose_automatically(std::span<const std::string> available, Platform platform) {
  std::string missing;
  for (const auto device : preference(platform)) {
    const auto name = std::string(names_of(device).execution_provider);
    if (has(available, device)) return {device, "auto: this ONNX Runtime has " + name, true};
    missing += (missing.empty() ? "" : ", ") + name;
  }
  return {Device::cpu, "auto: this ONNX Runtime has no " + missing + ", so the CPU", true};
}

}  // namespace

std::span<const DeviceNames> all_devices() noexcept { return kDevices; }

const DeviceNames& names_of(Device device) noexcept { return kDevices[static_cast<std::size_t>(device)]; }

Result<DeviceChoice> choose(std::string_view requested, std::span<const std::string> available, Platform platform) {
  if (requested == "auto") return choose_automatically(available, platform);
  const auto known =
      std::find_if(kDevices.begin(), kDevices.end(), [&](const DeviceNames& names) { return names.name == requested; });
  if (known == kDevices.end()) {
    std::string names = "auto";
    for (const auto& device : kDevices) names.append(", ").append(device.name);
    return Error{ErrorCode::invalid_argument,
                 "device: expected one of " + names + ", found \"" + std::string(requested) + "\"",
                 {},
                 {}};
  }
  if (!has(available, known->device)) {
    return Error{ErrorCode::unavailable,
                 "device " + std::string(requested) + ": this ONNX Runtime has no " +
                     std::string(known->execution_provider) + " (it has " + joined(available) + "); " +
                     std::string(known->remedy) + ", or use device auto",
                 {},
                 {}};
  }
  return DeviceChoice{known->device, "device " + std::string(requested) + " was asked for", false};
}

}  // namespace akidb::embedding::backend::onnx
