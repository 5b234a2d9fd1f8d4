// From ONNX Runtime's words on a device that failed to what the user can do.
#pragma once

#include <string>
#include <string_view>

#include "backend/onnx/device.hpp"

namespace akidb::embedding::backend::onnx {

// "device cuda cannot be used: NVIDIA's driver is missing or older than this CUDA needs: install or update it".
std::string device_problem(Device device, std::string_view words);

}  // namespace akidb::embedding::backend::onnx
