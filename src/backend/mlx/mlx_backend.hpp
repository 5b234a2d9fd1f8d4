// The backend on MLX, Apple's array library: its Metal build on a Mac, its build for CPUs elsewhere.
#pragma once

#include <akidb/embedding/result.hpp>
#include <memory>

#include "backend/backend.hpp"
#include "backend/mlx/bert_model.hpp"

namespace akidb::embedding::backend::mlx {

// On MLX's GPU where this build of it has one, unless `on_cpu`. One pass runs at a time: MLX has threads of its own.
// Errors: unavailable with MLX's words, resource_exhausted.
Result<std::unique_ptr<Backend>> open_backend(const BertModel& model, bool on_cpu);

}  // namespace akidb::embedding::backend::mlx
