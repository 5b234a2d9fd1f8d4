// A float32 graph in another type, kept in the cache.
#pragma once

#include <akidb/embedding/open.hpp>
#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>

namespace akidb::embedding::providers {

// What int8 is calibrated with: texts of our own, as the model reads them.
struct Float32Graph {
  std::filesystem::path graph;
  std::filesystem::path tokenizer;  // a tokenizer.json, or its folder
  std::uint32_t max_tokens = 0;
  std::filesystem::path onnxruntime;  // as ProviderOptions::onnxruntime
};

// Made at the first call, found at the next ones, by the identity of the graph and of its external data. `dtype` is
// fp16 or int8 (with ranges at run time). Many processes may call at once. unsupported in a build without the
// converter.
Result<std::filesystem::path> quantized_in_cache(const Float32Graph& float32, Dtype dtype,
                                                 const std::filesystem::path& derived);

}  // namespace akidb::embedding::providers
