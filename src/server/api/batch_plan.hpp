// BatchPlan: which texts of a request are computed, and from where each row of the answer comes.
#pragma once

#include <akidb/embedding/error.hpp>
#include <akidb/embedding/request.hpp>
#include <akidb/embedding/response.hpp>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "server/api/text_cache.hpp"

namespace akidb::embedding::server {

class BatchPlan {
 public:
  // Takes from the request what need not be computed: a text that stands in it twice is computed once, one that
  // the cache has not at all. Requests for token rows and token ids are left as they are.
  BatchPlan(BatchEmbeddingRequest& request, const std::string& model, TextCache& cache);

  // Whether the request still has inputs to compute.
  [[nodiscard]] bool has_work() const noexcept { return computed_ > 0; }
  [[nodiscard]] std::size_t cache_hits() const noexcept { return hits_; }
  [[nodiscard]] std::size_t cache_misses() const noexcept { return misses_; }
  [[nodiscard]] std::size_t duplicates() const noexcept { return duplicates_; }

  // An error over a computed input, put in terms of the request as it came.
  void restore_index(Error& error) const;

  // The answer to the whole request, and new rows into the cache.
  void complete(BatchEmbeddingResponse& response, TextCache& cache);

  // The answer where there was nothing to compute.
  [[nodiscard]] BatchEmbeddingResponse from_cache(const std::string& model) const;

 private:
  static constexpr std::size_t kCached = static_cast<std::size_t>(-1);
  struct Source {
    std::size_t computed = kCached;           // index among what is computed, or
    std::shared_ptr<const CachedRow> cached;  // from the cache
  };
  void expand(BatchEmbeddingResponse& response) const;

  bool untouched_ = true;  // every input is computed in its place
  std::size_t computed_ = 0;
  std::size_t hits_ = 0;
  std::size_t misses_ = 0;
  std::size_t duplicates_ = 0;
  std::vector<Source> sources_;    // one for each input of the request
  std::vector<std::string> keys_;  // of what is computed; empty without a cache
};

}  // namespace akidb::embedding::server
