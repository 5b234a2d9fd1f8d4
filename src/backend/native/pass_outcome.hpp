// PassOutcome: how one forward pass goes, as its threads tell it.
#pragma once

#include <akidb/embedding/result.hpp>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace akidb::embedding::backend::native {

// Where a value that is not finite was met, first to last: the embeddings, then attention and feed-forward of each
// layer.
inline constexpr std::size_t kEmbeddingsStage = 0;
constexpr std::size_t attention_stage(std::size_t layer) { return 1 + 2 * layer; }
constexpr std::size_t feed_forward_stage(std::size_t layer) { return 2 + 2 * layer; }

// Thread-safe.
class PassOutcome {
 public:
  // The first stage counts; one that is not finite counts before missing memory.
  void not_finite(std::size_t stage) noexcept { fail(static_cast<std::uint32_t>(stage)); }
  void no_memory() noexcept { fail(kNoMemory); }

  [[nodiscard]] bool is_good() const noexcept { return failed_.load(std::memory_order_relaxed) == kNowhere; }
  [[nodiscard]] bool is_out_of_memory() const noexcept { return failed_.load(std::memory_order_relaxed) == kNoMemory; }

  // data_corrupt with an input_index (backend.hpp), naming the layer; resource_exhausted.
  [[nodiscard]] Result<void> result() const;

 private:
  static constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kNoMemory = kNowhere - 1;

  void fail(std::uint32_t stage) noexcept;

  std::atomic<std::uint32_t> failed_ = kNowhere;
};

}  // namespace akidb::embedding::backend::native
