// What each device wants: the options of its execution provider, and how it is to be used. Data.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/onnx/device.hpp"

namespace akidb::embedding::backend::onnx {

// What the caller may set. Empty or 0: the device's default.
struct DeviceSettings {
  std::string id;                // "1"; for OpenVINO "CPU", "GPU", "GPU.1", "NPU"
  std::size_t memory_limit = 0;  // bytes
  std::string cache;             // folder for what a device compiles of a model
  std::uint32_t threads = 1;     // of devices that compute on the CPU
};

// Where an option's value comes from.
enum class OptionSource : std::uint8_t {
  constant,    // `value`
  id,          // the settings' id, else `value`
  memory,      // the memory limit; left out where there is none
  threads,     //
  cache,       // the cache's folder; left out where there is none
  with_cache,  // `value`, where there is a cache
};

struct DeviceOption {
  std::string_view key;
  OptionSource source;
  std::string_view value = {};
};

// Which call of ONNX Runtime takes the options.
enum class Attach : std::uint8_t { nothing, by_name, cuda, tensorrt, openvino, onednn };

struct DeviceRules {
  Device device;
  Attach attach;
  std::string_view attach_name;  // of Attach::by_name: "CoreML"
  std::span<const DeviceOption> options;
  bool takes_id;           // DeviceSettings::id means something
  bool static_shapes;      // wants sessions of fixed shapes; inputs are padded to them under a mask
  bool one_run_at_a_time;  // a session must not run on two threads
  bool on_cpu;             // computes on the CPU's cores
  std::size_t unit_tokens;
};

const DeviceRules& rules_of(Device device) noexcept;

using OptionList = std::vector<std::pair<std::string, std::string>>;
OptionList options_of(Device device, const DeviceSettings& settings);

}  // namespace akidb::embedding::backend::onnx
