// Which device: a pure choice between what was asked and what there is.
#pragma once

#include <akidb/embedding/result.hpp>
#include <span>
#include <string>
#include <string_view>

namespace akidb::embedding::backend::onnx {

enum class Device { cpu, cuda, tensorrt, coreml, directml, openvino, xnnpack, onednn };
enum class Platform { other, macos, windows };  // other: Linux and the like

constexpr Platform kThisPlatform =
#if defined(__APPLE__)
    Platform::macos;
#elif defined(_WIN32)
    Platform::windows;
#else
    Platform::other;
#endif

struct DeviceNames {
  Device device;
  std::string_view name;                // "cuda"
  std::string_view execution_provider;  // "CUDAExecutionProvider"
  std::string_view remedy;              // what to install where it is missing
};

std::span<const DeviceNames> all_devices() noexcept;
const DeviceNames& names_of(Device device) noexcept;

struct DeviceChoice {
  Device device;
  std::string reason;  // a sentence for the log, model_info() and doctor
  bool automatic;      // whether a failure may still step down to the CPU
};

// `requested` is "auto" or a device's name; `available` holds the execution providers of the loaded build.
// auto takes the first of CoreML, CUDA, DirectML that the platform knows and the build has, else the CPU; the
// others are there for who names them.
// invalid_argument for an unknown name; unavailable, with the reason and the remedy, for an explicit device
// that the build does not have.
Result<DeviceChoice> choose(std::string_view requested, std::span<const std::string> available,
                            Platform platform = kThisPlatform);

}  // namespace akidb::embedding::backend::onnx
