// Admission: how much may wait at once, in sequences and in tokens, over all that share the budget.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <mutex>

namespace akidb::embedding::pipeline {

// Thread-safe.
class Admission {
 public:
  struct Bounds {
    std::size_t sequences = 65'536;
    std::size_t tokens = 16'777'216;
  };

  explicit Admission(Bounds bounds) : bounds_(bounds) {}

  // Takes the room, or nothing: resource_exhausted when it does not fit. What is larger than the whole
  // bound fits into an empty queue, so that no request is too large for ever.
  Result<void> admit(std::size_t sequences, std::size_t tokens);

  // Takes the room even above the bound: for the next part of a request that is already running and has
  // nothing else queued, so that it can end.
  void admit_anyway(std::size_t sequences, std::size_t tokens);

  void release(std::size_t sequences, std::size_t tokens);

  [[nodiscard]] std::size_t free_sequences() const;
  [[nodiscard]] const Bounds& bounds() const noexcept { return bounds_; }

 private:
  const Bounds bounds_;
  mutable std::mutex mutex_;
  std::size_t sequences_ = 0;
  std::size_t tokens_ = 0;
};

}  // namespace akidb::embedding::pipeline
