// A tokenizer for tests: id 1, an id per byte (its value + 10), id 2.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <array>

namespace akidb::embedding::pipeline {

// "!" anywhere in a text makes it invalid.
class FakeTokenizer final : public Tokenizer {
 public:
  Result<void> encode_ids(std::string_view text, bool add_special_tokens,
                          std::vector<std::uint32_t>& ids) const override {
    ids.clear();
    if (text.find('!') != std::string_view::npos) return Error{ErrorCode::invalid_argument, "has a !", {}, {}};
    if (add_special_tokens) ids.push_back(1);
    for (const char letter : text) ids.push_back(10U + static_cast<unsigned char>(letter));
    if (add_special_tokens) ids.push_back(2);
    return {};
  }

  Result<Encoding> encode(std::string_view text, std::optional<std::string_view> /*pair*/,
                          const EncodeOptions& options) const override {
    Encoding encoding;
    if (auto outcome = encode_ids(text, options.add_special_tokens, encoding.ids); !outcome) return outcome.error();
    for (std::size_t at = 0; at < encoding.ids.size(); ++at) {
      const bool special = at == 0 || at + 1 == encoding.ids.size();
      encoding.special_tokens_mask.push_back(special ? 1 : 0);
      const auto byte = static_cast<std::uint32_t>(at);
      encoding.byte_offsets.push_back(special ? Offset{} : Offset{byte - 1, byte});
    }
    return encoding;
  }

  Result<std::string> decode(std::span<const std::uint32_t> /*ids*/, bool /*skip*/) const override {
    return std::string();
  }
  [[nodiscard]] std::size_t vocab_size() const override { return 300; }
  [[nodiscard]] std::optional<std::uint32_t> token_to_id(std::string_view /*token*/) const override { return {}; }
  [[nodiscard]] std::optional<std::string> id_to_token(std::uint32_t /*id*/) const override { return {}; }
  [[nodiscard]] std::span<const std::uint32_t> prefix_ids() const override { return std::span(kSpecial).first(1); }
  [[nodiscard]] std::span<const std::uint32_t> suffix_ids() const override { return std::span(kSpecial).last(1); }
  [[nodiscard]] const std::optional<TruncationOptions>& file_truncation() const override { return truncation_; }
  [[nodiscard]] const std::optional<PaddingOptions>& file_padding() const override { return padding_; }

 private:
  static constexpr std::array<std::uint32_t, 2> kSpecial = {1, 2};
  std::optional<TruncationOptions> truncation_;
  std::optional<PaddingOptions> padding_;
};

}  // namespace akidb::embedding::pipeline
