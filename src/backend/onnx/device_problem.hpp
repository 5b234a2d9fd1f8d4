// From ONNX Runtime's words on a device that failed to what the user can do.
#pragma once

#include <string>
#include <string_view>

#include "backend/onnx/device.hpp"

namespace akidb::embedding::backend::onnx {

// "device cuda cannot be used: NVIDIA's driver is missing or older than this CUDA needs: install or update it". What
// ONNX Runtime stumbles over first need not be all: without NVIDIA's driver, its absence is named beside it.
std::string device_problem(Device device, std::string_view words, bool has_nvidia_driver);

// Whether the library that NVIDIA's driver installs can be loaded.
bool has_nvidia_driver();

}  // namespace akidb::embedding::backend::onnx
