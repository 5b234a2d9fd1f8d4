// ONNX Runtime's C++ interface, bound at run time; included instead of its header by this folder's files.
#pragma once

#define ORT_API_MANUAL_INIT
#include <onnxruntime_cxx_api.h>
#undef ORT_API_MANUAL_INIT

#include <akidb/embedding/error.hpp>
#include <string>
#include <string_view>

#include "backend/onnx/error_words.hpp"
#include "base/log.hpp"

namespace akidb::embedding::backend::onnx {

// The process's environment; load_runtime() must have succeeded. Its log goes to base::log.
Ort::Env& ort_env();

// ONNX Runtime's words go into the detail; as they came, into the log.
inline Error ort_error(ErrorCode code, std::string message, const Ort::Exception& exception) {
  base::log(LogLevel::debug, std::string("ONNX Runtime: ") + exception.what());
  return {code, std::move(message), error_words(exception.what()), {}};
}

// Whether ONNX Runtime lacked memory or file descriptors, for which it has no code of its own.
inline bool lacks_resources(const Ort::Exception& exception) {
  const std::string_view words = exception.what();
  for (const std::string_view want : {"bad_alloc", "Failed to allocate", "Too many open files", "Cannot allocate"}) {
    if (words.find(want) != std::string_view::npos) return true;
  }
  return false;
}

// "ONNX Runtime failed " + `what`: for no reason that the caller gave, unless it lacked memory.
inline Error run_error(const std::string& what, const Ort::Exception& exception) {
  if (lacks_resources(exception)) {
    return ort_error(ErrorCode::resource_exhausted, "ONNX Runtime failed " + what + ": not enough memory", exception);
  }
  return ort_error(ErrorCode::internal, "ONNX Runtime failed " + what, exception);
}

}  // namespace akidb::embedding::backend::onnx
