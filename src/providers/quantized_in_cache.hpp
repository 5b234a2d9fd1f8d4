// A float32 graph in another type, kept in the cache.
#pragma once

#include <akidb/embedding/open.hpp>
#include <akidb/embedding/result.hpp>
#include <filesystem>

namespace akidb::embedding::providers {

// Made at the first call, found at the next ones, by the identity of the graph and of its external data. `dtype` is
// fp16 or int8 (with ranges at run time). Many processes may call at once. unsupported in a build without the
// converter.
Result<std::filesystem::path> quantized_in_cache(const std::filesystem::path& graph, Dtype dtype,
                                                 const std::filesystem::path& derived);

}  // namespace akidb::embedding::providers
