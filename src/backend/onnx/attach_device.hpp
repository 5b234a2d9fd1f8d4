// An execution provider into a session's options.
#pragma once

#include "backend/onnx/device_options.hpp"
#include "backend/onnx/ort.hpp"

namespace akidb::embedding::backend::onnx {

// Throws Ort::Exception where ONNX Runtime cannot load the execution provider, or refuses an option.
void attach_device(Ort::SessionOptions& session, Device device, const DeviceSettings& settings);

}  // namespace akidb::embedding::backend::onnx
