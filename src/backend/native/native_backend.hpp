// The native backend: an encoder for CPUs of our own.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "backend/backend.hpp"
#include "backend/native/encoder_model.hpp"
#include "backend/native/kernels/kernel_set.hpp"
#include "base/executor.hpp"

namespace akidb::embedding::backend::native {

struct NativeOptions {
  EncoderModel model;
  kernels::Precision precision = kernels::Precision::fp32;
  std::shared_ptr<Executor> executor;        // packs the weights; its idle workers help a lone text
  std::string device_reason;                 // why the CPU
  std::filesystem::path packed_folder = {};  // where packed weights are kept for the next start; empty for nowhere
};

// Packs the weights for the kernel set of this CPU, or of AKIDB_EMBED_ISA. Errors: unsupported (a shape that
// the kernels do not take), data_corrupt (a weight that is not finite), invalid_argument or unavailable
// (AKIDB_EMBED_ISA), resource_exhausted.
Result<std::unique_ptr<Backend>> open_backend(NativeOptions options);

}  // namespace akidb::embedding::backend::native
