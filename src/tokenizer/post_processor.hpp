// The post-processor: one or two encoded texts and special tokens into one sequence.
#pragma once

#include <akidb/embedding/result.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

// Immutable after construction; const functions are thread-safe.
class PostProcessor {
 public:
  explicit PostProcessor(PostProcessorParts parts);

  // How many special tokens a sequence gets.
  [[nodiscard]] std::size_t special_tokens(bool pair) const noexcept;

  // Special tokens before and after a single text, if the template has the text once; else empty.
  [[nodiscard]] const std::vector<std::uint32_t>& prefix_ids() const noexcept { return prefix_ids_; }
  [[nodiscard]] const std::vector<std::uint32_t>& suffix_ids() const noexcept { return suffix_ids_; }
  // Whether a single text is prefix, text, suffix.
  [[nodiscard]] bool single_is_plain() const noexcept { return single_is_plain_; }

  // Overflow takes part: see append() in tokenizer/encoding.hpp.
  [[nodiscard]] Result<Encoding> process(Encoding first, std::optional<Encoding> second, bool add_special_tokens) const;

 private:
  PostProcessorParts parts_;
  std::vector<std::uint32_t> prefix_ids_;
  std::vector<std::uint32_t> suffix_ids_;
  bool single_is_plain_ = false;
};

}  // namespace akidb::embedding::tokenizer
