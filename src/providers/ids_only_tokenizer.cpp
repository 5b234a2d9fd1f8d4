#include "providers/ids_only_tokenizer.hpp"

#include <utility>

namespace akidb::embedding::providers {
namespace {

class IdsOnly final : public Tokenizer {
 public:
  explicit IdsOnly(Error reason) : refusal_(std::move(reason)) {
    refusal_.code = ErrorCode::unsupported;
    refusal_.message = "this model takes token ids, no texts: " + refusal_.message;
  }

  Result<void> encode_ids(std::string_view /*text*/, bool /*add_special_tokens*/,
                          std::vector<std::uint32_t>& /*ids*/) const override {
    return refusal_;
  }
  Result<Encoding> encode(std::string_view /*text*/, std::optional<std::string_view> /*pair*/,
                          const EncodeOptions& /*options*/) const override {
    return refusal_;
  }
  Result<std::string> decode(std::span<const std::uint32_t> /*ids*/, bool /*skip_special_tokens*/) const override {
    return refusal_;
  }
  [[nodiscard]] std::size_t vocab_size() const override { return 0; }
  [[nodiscard]] std::optional<std::uint32_t> token_to_id(std::string_view /*token*/) const override { return {}; }
  [[nodiscard]] std::optional<std::string> id_to_token(std::uint32_t /*id*/) const override { return {}; }
  [[nodiscard]] std::span<const std::uint32_t> prefix_ids() const override { return {}; }
  [[nodiscard]] std::span<const std::uint32_t> suffix_ids() const override { return {}; }
  [[nodiscard]] const std::optional<TruncationOptions>& file_truncation() const override { return truncation_; }
  [[nodiscard]] const std::optional<PaddingOptions>& file_padding() const override { return padding_; }

 private:
  Error refusal_;
  std::optional<TruncationOptions> truncation_;
  std::optional<PaddingOptions> padding_;
};

}  // namespace

std::unique_ptr<const Tokenizer> ids_only_tokenizer(Error reason) {
  return std::make_unique<const IdsOnly>(std::move(reason));
}

}  // namespace akidb::embedding::providers
