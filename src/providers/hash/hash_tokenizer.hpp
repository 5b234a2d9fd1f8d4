// The hash provider's tokenizer: words between white space, numbered by a hash.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <array>

namespace akidb::embedding::providers {

// Ids 0 and 1 are the special tokens [CLS] and [SEP]; every other id stands for the words that hash to it,
// so decode() cannot give them back and writes "#<id>". Thread-safe.
class HashTokenizer final : public Tokenizer {
 public:
  static constexpr std::uint32_t kVocabSize = 1U << 20U;

  Result<void> encode_ids(std::string_view text, bool add_special_tokens,
                          std::vector<std::uint32_t>& ids) const override;
  Result<Encoding> encode(std::string_view text, std::optional<std::string_view> pair,
                          const EncodeOptions& options) const override;
  Result<std::string> decode(std::span<const std::uint32_t> ids, bool skip_special_tokens) const override;
  [[nodiscard]] std::size_t vocab_size() const override { return kVocabSize; }
  [[nodiscard]] std::optional<std::uint32_t> token_to_id(std::string_view token) const override;
  [[nodiscard]] std::optional<std::string> id_to_token(std::uint32_t id) const override;
  [[nodiscard]] std::span<const std::uint32_t> prefix_ids() const override { return std::span(kSpecial).first(1); }
  [[nodiscard]] std::span<const std::uint32_t> suffix_ids() const override { return std::span(kSpecial).last(1); }
  [[nodiscard]] const std::optional<TruncationOptions>& file_truncation() const override { return truncation_; }
  [[nodiscard]] const std::optional<PaddingOptions>& file_padding() const override { return padding_; }

 private:
  static constexpr std::array<std::uint32_t, 2> kSpecial = {0, 1};
  std::optional<TruncationOptions> truncation_;
  std::optional<PaddingOptions> padding_;
};

}  // namespace akidb::embedding::providers
