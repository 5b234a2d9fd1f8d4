// The hash provider's backend: a pseudo-random row per token, the same everywhere and always.
#pragma once

#include <memory>

#include "backend/backend.hpp"

namespace akidb::embedding::providers {

inline constexpr std::size_t kHashDimension = 384;

// A row depends on the token's id and its place alone: results are the same bit for bit on every machine.
std::unique_ptr<backend::Backend> make_hash_backend();

}  // namespace akidb::embedding::providers
