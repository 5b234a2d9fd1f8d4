// UnitRunner: a unit through the backend, its rows pooled, finished and written home.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "pipeline/pooling.hpp"
#include "pipeline/sequence_queue.hpp"

namespace akidb::embedding::pipeline {

// A backend's error with an input_index is the fault of one sequence, whichever. Immutable after construction;
// thread-safe.
class UnitRunner {
 public:
  // `pooling` is nothing where the backend's output is pooled already. `normalize` is what
  // Normalize::model means. `backend` must outlive the runner.
  UnitRunner(backend::Backend& backend, std::unique_ptr<const Pooling> pooling, bool normalize);

  // Values of a pooled row, before a request's own truncation.
  [[nodiscard]] std::size_t dimension() const noexcept;

  // What a forward pass left: a pooled row per sequence (none for jobs that want token rows), or an error.
  struct Computed {
    Result<void> outcome;
    std::vector<double> pooled;
    std::chrono::nanoseconds spent{0};
  };

  [[nodiscard]] Computed compute(const Unit& unit, backend::Cores cores) const;

  // Every sequence's job has its row, or has failed, when it returns; whole jobs are answered. What failed by one
  // sequence's fault is computed again, each alone.
  void deliver(const Unit& unit, Computed computed) const noexcept;

 private:
  class Sink;
  [[nodiscard]] bool wants_first_rows_only(const Unit& unit) const;
  Result<void> forward(const Unit& unit, backend::Cores cores, Computed& computed) const;
  void deliver_alone(const Sequence& sequence) const;
  void deliver_one(const Unit& unit, std::size_t at, Computed& computed) const;
  void finish(const Sequence& sequence, std::span<double> pooled) const;
  void finish_tokens(const Sequence& sequence) const;
  [[nodiscard]] bool normalizes(const BatchEmbeddingRequest& request) const noexcept;

  backend::Backend& backend_;
  std::unique_ptr<const Pooling> pooling_;
  bool normalize_;
};

}  // namespace akidb::embedding::pipeline
