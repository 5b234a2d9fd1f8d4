// Which safetensors ONNX Runtime can be given.
#pragma once

#include <string_view>

namespace akidb::embedding::providers {

// Whether the converter of this build writes graphs of this architecture (config.json's model_type).
bool is_converted_to_onnx(std::string_view model_type);

}  // namespace akidb::embedding::providers
