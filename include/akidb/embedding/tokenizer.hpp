// Tokenizer: text to token ids and back, exactly as Hugging Face `tokenizers` does it.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding {

// Half-open range in the original text: of bytes or of Unicode characters, as the field says.
struct Offset {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Offset&, const Offset&) = default;
};

// One sequence (a text, or a text and its pair) after the whole pipeline. All vectors but
// `overflowing` have the same length.
struct Encoding {
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> type_ids;
  std::vector<std::string> tokens;
  std::vector<Offset> byte_offsets;  // in bytes of the text that the token came from; {0, 0} for special tokens
  std::vector<Offset> char_offsets;  // the same in Unicode characters
  std::vector<std::uint8_t> special_tokens_mask;  // 1 where the post-processor put the token
  std::vector<Encoding> overflowing;  // what truncation cut off, in windows of `max_length` that overlap by `stride`
};

enum class TruncationSide { right, left };
enum class TruncationStrategy { longest_first, only_first, only_second };

struct TruncationOptions {
  std::size_t max_length = 512;  // tokens, special tokens included
  std::size_t stride = 0;
  TruncationSide side = TruncationSide::right;
  TruncationStrategy strategy = TruncationStrategy::longest_first;
};

struct PaddingOptions {
  std::optional<std::size_t> fixed_length;  // unset: nothing to pad to in a single encoding
  std::size_t pad_to_multiple_of = 0;
  TruncationSide side = TruncationSide::right;
  std::uint32_t pad_id = 0;
  std::uint32_t pad_type_id = 0;
  std::string pad_token = "[PAD]";
};

struct EncodeOptions {
  bool add_special_tokens = true;
  std::optional<TruncationOptions> truncation;  // unset: the whole text
  std::optional<PaddingOptions> padding;        // unset: none
};

// Immutable after loading: every function may be called from many threads at once.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Ids only, the fast way: clears `ids` and fills it with all ids of the text, never truncated.
  // invalid_argument, with the byte's position, on invalid UTF-8. Linear in the text's length.
  virtual Result<void> encode_ids(std::string_view text, bool add_special_tokens,
                                  std::vector<std::uint32_t>& ids) const = 0;

  // Everything: ids, type ids, tokens, offsets. `pair` is the second text of a pair, if any.
  virtual Result<Encoding> encode(std::string_view text, std::optional<std::string_view> pair,
                                  const EncodeOptions& options) const = 0;

  // Text of the ids, as the decoder of the tokenizer file joins them. An id outside the vocabulary is
  // left out, as in the reference.
  virtual Result<std::string> decode(std::span<const std::uint32_t> ids, bool skip_special_tokens) const = 0;

  [[nodiscard]] virtual std::size_t vocab_size() const = 0;  // added tokens included
  [[nodiscard]] virtual std::optional<std::uint32_t> token_to_id(std::string_view token) const = 0;
  [[nodiscard]] virtual std::optional<std::string> id_to_token(std::uint32_t id) const = 0;

  // Special tokens that the post-processor adds before and after a single text.
  [[nodiscard]] virtual std::span<const std::uint32_t> prefix_ids() const = 0;
  [[nodiscard]] virtual std::span<const std::uint32_t> suffix_ids() const = 0;

  // What the tokenizer file itself asks for. Never applied unless passed back in EncodeOptions.
  [[nodiscard]] virtual const std::optional<TruncationOptions>& file_truncation() const = 0;
  [[nodiscard]] virtual const std::optional<PaddingOptions>& file_padding() const = 0;
};

// Reads a tokenizer.json, or a folder: its tokenizer.json, else its vocab.txt with tokenizer_config.json.
// not_found where there is neither; data_corrupt with file and field where one is malformed; unsupported
// where the file names a part that this library does not have.
Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::filesystem::path& file_or_folder);

}  // namespace akidb::embedding
