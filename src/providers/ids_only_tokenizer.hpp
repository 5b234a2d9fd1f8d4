// A tokenizer's place where a model has none that this library knows: it refuses every text and says why.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <memory>

namespace akidb::embedding::providers {

// `reason` is why there is no tokenizer.
std::unique_ptr<const Tokenizer> ids_only_tokenizer(Error reason);

}  // namespace akidb::embedding::providers
