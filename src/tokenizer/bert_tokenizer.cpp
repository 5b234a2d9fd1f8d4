#include "tokenizer/bert_tokenizer.hpp"

#include <limits>
#include <utility>

#include "base/utf8.hpp"
#include "tokenizer/added_vocabulary.hpp"
#include "tokenizer/decoder.hpp"
#include "tokenizer/encoding.hpp"
#include "tokenizer/id_encoder.hpp"
#include "tokenizer/post_processor.hpp"
#include "tokenizer/text_encoder.hpp"
#include "tokenizer/trim_offsets.hpp"
#include "tokenizer/vocabulary.hpp"
#include "tokenizer/wordpiece.hpp"

namespace akidb::embedding::tokenizer {
namespace {

class BertTokenizer final : public Tokenizer {
 public:
  explicit BertTokenizer(TokenizerParts parts)
      : vocabulary_(parts.model.vocab),
        parts_(without_vocab(std::move(parts))),
        added_(parts_, vocabulary_),
        model_(parts_.model, vocabulary_),
        post_processor_(parts_.post_processor),
        text_encoder_(parts_, added_, model_) {
    if (IdEncoder::supports(parts_, model_) && added_.after_normalization().empty())
      id_encoder_.emplace(parts_, model_);
  }

  Result<void> encode_ids(std::string_view text, bool add_special_tokens,
                          std::vector<std::uint32_t>& ids) const override {
    ids.clear();
    if (auto checked = check(text); !checked) return checked;
    const auto add = [&ids](const std::vector<std::uint32_t>& more) {
      ids.insert(ids.end(), more.begin(), more.end());
    };
    if (!post_processor_.single_is_plain()) return encode_templated_ids(text, add_special_tokens, ids);
    if (add_special_tokens) add(post_processor_.prefix_ids());
    if (!encode_fast(text, ids)) {
      if (auto encoded = text_encoder_.encode_ids(text, ids); !encoded) return encoded;
    }
    if (add_special_tokens) add(post_processor_.suffix_ids());
    return {};
  }

  Result<Encoding> encode(std::string_view text, std::optional<std::string_view> pair,
                          const EncodeOptions& options) const override {
    if (auto checked = check(text); !checked) return checked.error();
    auto first = text_encoder_.encode(text, 0);
    if (!first) return first.error();
    std::optional<Encoding> second;
    if (pair) {
      if (auto checked = check(*pair); !checked) return checked.error();
      auto encoded = text_encoder_.encode(*pair, 1);
      if (!encoded) return encoded.error();
      second = std::move(*encoded);
    }
    if (options.truncation) {
      if (auto cut = truncate(*first, second, options); !cut) return cut.error();
    }
    if (parts_.post_processor.trim_offsets) {
      trim_offsets(*first, text, parts_.post_processor.add_prefix_space);
      if (second) trim_offsets(*second, *pair, parts_.post_processor.add_prefix_space);
    }
    auto sequence = post_processor_.process(std::move(*first), std::move(second), options.add_special_tokens);
    if (sequence && options.padding) {
      if (auto padded = pad(*sequence, *options.padding); !padded) return padded.error();
    }
    return sequence;
  }

  Result<std::string> decode(std::span<const std::uint32_t> ids, bool skip_special_tokens) const override {
    std::vector<std::string> tokens;
    tokens.reserve(ids.size());
    for (const std::uint32_t id : ids) {
      auto token = id_to_token(id);
      if (token && !(skip_special_tokens && added_.is_special(*token))) tokens.push_back(std::move(*token));
    }
    return tokenizer::decode(parts_.decoder, tokens);
  }

  std::size_t vocab_size() const override { return vocabulary_.size() + added_.new_tokens(); }

  std::optional<std::uint32_t> token_to_id(std::string_view token) const override {
    const auto id = added_.id_of(token);
    return id ? id : vocabulary_.id_of(token);
  }

  std::optional<std::string> id_to_token(std::uint32_t id) const override {
    if (const auto* token = added_.token_of(id)) return *token;
    const auto token = vocabulary_.token_of(id);
    return token ? std::optional<std::string>(*token) : std::nullopt;
  }

  std::span<const std::uint32_t> prefix_ids() const override { return post_processor_.prefix_ids(); }
  std::span<const std::uint32_t> suffix_ids() const override { return post_processor_.suffix_ids(); }
  const std::optional<TruncationOptions>& file_truncation() const override { return parts_.truncation; }
  const std::optional<PaddingOptions>& file_padding() const override { return parts_.padding; }

 private:
  // The vocabulary has its own copy.
  static TokenizerParts without_vocab(TokenizerParts parts) {
    parts.model.vocab = {};
    return parts;
  }

  static Result<void> check(std::string_view text) {
    if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
      return Error{ErrorCode::invalid_argument,
                   "expected a text of less than 4 GiB, found " + std::to_string(text.size()) + " bytes",
                   {},
                   {}};
    }
    if (const auto byte = base::find_invalid_utf8(text)) return base::invalid_utf8_error(*byte);
    return {};
  }

  // Appends the ids of a text; false, with nothing appended, where only the plain path will do.
  bool encode_fast(std::string_view text, std::vector<std::uint32_t>& ids) const {
    if (!id_encoder_) return false;
    IdBuffer buffer(ids);
    const AddedTokenFinder& added = added_.before_normalization();
    if (added.first_candidate(text, 0) == text.size()) return id_encoder_->encode(text, buffer);
    const std::size_t first = buffer.size();
    for (const TextPart& part : added.cut(text)) {
      if (part.token != nullptr) {
        std::uint32_t* const out = buffer.room(1);
        *out = part.token->id;
        buffer.written(out + 1);
      } else if (!id_encoder_->encode(text.substr(part.begin, part.end - part.begin), buffer)) {
        buffer.shrink(first);
        return false;
      }
    }
    return true;
  }

  // A template that does not have the text exactly once.
  Result<void> encode_templated_ids(std::string_view text, bool add_special_tokens,
                                    std::vector<std::uint32_t>& ids) const {
    auto encoding =
        encode(text, std::nullopt, {.add_special_tokens = add_special_tokens, .truncation = {}, .padding = {}});
    if (!encoding) return encoding.error();
    ids = std::move(encoding->ids);
    return {};
  }

  // The special tokens that come later are taken off the length first.
  Result<void> truncate(Encoding& first, std::optional<Encoding>& second, const EncodeOptions& options) const {
    TruncationOptions truncation = *options.truncation;
    const std::size_t special = options.add_special_tokens ? post_processor_.special_tokens(second.has_value()) : 0;
    if (truncation.max_length < special) {
      return Error{ErrorCode::invalid_argument,
                   "truncation: max_length " + std::to_string(truncation.max_length) + " has no room for " +
                       std::to_string(special) + " special tokens: expected a larger one, or none",
                   {},
                   {}};
    }
    truncation.max_length -= special;
    return truncate_pair(first, second, truncation);
  }

  const Vocabulary vocabulary_;
  const TokenizerParts parts_;
  const AddedVocabulary added_;
  const WordPiece model_;
  const PostProcessor post_processor_;
  const TextEncoder text_encoder_;
  std::optional<IdEncoder> id_encoder_;  // where the parts are those of a BERT model
};

}  // namespace

std::unique_ptr<Tokenizer> make_bert_tokenizer(TokenizerParts parts) {
  return std::make_unique<BertTokenizer>(std::move(parts));
}

}  // namespace akidb::embedding::tokenizer
