// EncoderWeights: a model's weights as the kernels of one instruction set read them, packed once and shared by
// all threads.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "backend/native/encoder_model.hpp"
#include "backend/native/kernels/kernel_set.hpp"
#include "backend/native/packed_file.hpp"
#include "backend/native/position_tables.hpp"
#include "base/executor.hpp"
#include "base/large_memory.hpp"

namespace akidb::embedding::backend::native {

// A linear layer. Gated ones hold two, and their result is activation(first) * second.
struct PackedLinear {
  const kernels::ProductKernels* kernels = nullptr;
  kernels::Weights weights = {};
  const float* bias = nullptr;
  const float* input_factors = nullptr;  // what a uint8 operand's columns are multiplied with; null for ones
  std::size_t outputs = 0;               // values of a result row; a gated result may end in zeros
};

struct NormVectors {
  const float* gamma = nullptr;
  const float* beta = nullptr;
};

struct EncoderLayer {
  std::optional<NormVectors> attention_norm;
  PackedLinear query_key_value;
  PackedLinear attention_output;
  PackedLinear up;
  PackedLinear down;
  NormVectors output_norm;
  const RotaryTable* rotation = nullptr;
  std::size_t window = kernels::kNoWindow;
};

// Immutable once made. Views the model's own memory for tables that are stored as float32.
struct EncoderWeights {
  const float* word_table = nullptr;
  const float* position_table = nullptr;
  const float* type_table = nullptr;
  NormVectors embeddings_norm;
  std::vector<EncoderLayer> layers;
  std::optional<NormVectors> final_norm;
  std::optional<DistanceBias> distances;
  bool too_wide = false;  // values lie too far apart for the products (product_spread.hpp)

  base::LargeMemory memory;        // what was packed,
  std::optional<PackedFile> file;  // or where an earlier start has packed it
  std::vector<std::unique_ptr<const RotaryTable>> rotations;
  std::shared_ptr<const void> owner;
};

// What inputs are multiplied with and weights divided by, a value an input; empty for ones.
struct LayerFactors {
  std::vector<float> query_key_value;
  std::vector<float> up;
  std::vector<float> down;
};
using InputFactors = std::vector<LayerFactors>;  // a layer each, or empty

struct Packing {
  const EncoderModel& model;
  const kernels::KernelSet& set;
  kernels::Precision precision;
};

// On the executor's threads and the caller's. data_corrupt, naming the tensor, where a weight is not finite;
// resource_exhausted where there is not enough memory.
Result<std::unique_ptr<const EncoderWeights>> pack_weights(const Packing& packing, Executor& executor,
                                                           const InputFactors& factors = {});

// Of EncoderWeights::memory.
std::size_t packed_bytes(const Packing& packing, bool has_factors);

// Over a file of that many bytes, which holds what pack_weights() made of the same.
Result<std::unique_ptr<const EncoderWeights>> view_weights(const Packing& packing, bool has_factors, PackedFile file);

}  // namespace akidb::embedding::backend::native
