// Whether two providers compute the same token vectors.
#pragma once

#include <akidb/embedding/convert.hpp>
#include <akidb/embedding/provider.hpp>

namespace akidb::embedding::providers {

// Embeds the same texts of many lengths with both, token by token and before pooling. Fails where one of
// them fails or where they have another number of tokens or another hidden size. `with` is the caller's to set.
Result<GraphComparison> compare_graphs(EmbeddingProvider& first, EmbeddingProvider& second);

}  // namespace akidb::embedding::providers
