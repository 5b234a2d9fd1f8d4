// ONNX Runtime's C++ interface, bound at run time; included instead of its header by this folder's files.
#pragma once

#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>
#undef ORT_API_MANUAL_INIT

#include <akidb/embedding/error.hpp>
#include <string>

namespace akidb::embedding::backend::onnx {

// The process's environment; load_runtime() must have succeeded. Its log goes to base::log.
Ort::Env& ort_env();

inline Error ort_error(ErrorCode code, std::string message, const Ort::Exception& exception) {
  return {code, std::move(message), exception.what(), {}};
}

}  // namespace akidb::embedding::backend::onnx
