#include <utility>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/lfs_pointer.hpp"
#include "tokenizer/json_parts.hpp"
#include "tokenizer/tokenizer_file.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using base::JsonDocument;
using base::JsonValue;

constexpr std::size_t kMaxFileSize = std::size_t{256} << 20;

Result<void> check_version(const JsonValue& root) {
  if (!root.is(base::JsonKind::object)) return root.corrupt("expected an object");
  const auto version = root.string_or("version", "1.0");
  if (!version) return version.error();
  if (*version != "1.0") return root.unsupported("version: expected \"1.0\", found \"" + *version + "\"");
  return {};
}

// Reads a member into `part`, if it is there and not null.
template <class Part, class Read>
Result<void> read_optional(const JsonValue& root, std::string_view key, Part& part, Read read) {
  const auto value = root.find(key);
  if (!value) return {};
  auto parsed = read(*value);
  if (!parsed) return parsed.error();
  part = std::move(*parsed);
  return {};
}

Result<TokenizerParts> read_parts(const JsonValue& root) {
  if (auto checked = check_version(root); !checked) return checked.error();
  TokenizerParts parts;
  const auto model = root.at("model");
  if (!model) return model.error();
  auto word_piece = read_model(*model);
  if (!word_piece) return word_piece.error();
  parts.model = std::move(*word_piece);
  if (const auto normalizer = root.find("normalizer")) {
    if (auto read = read_normalizer(*normalizer, parts.normalizer); !read) return read.error();
  }
  if (const auto pre_tokenizer = root.find("pre_tokenizer")) {
    if (auto read = read_pre_tokenizer(*pre_tokenizer, parts.pre_tokenizer); !read) return read.error();
  }
  parts.post_processor = plain_post_processor();
  if (auto read = read_optional(root, "post_processor", parts.post_processor, read_post_processor); !read) {
    return read.error();
  }
  if (auto read = read_optional(root, "added_tokens", parts.added_tokens, read_added_tokens); !read) {
    return read.error();
  }
  if (auto read = read_optional(root, "decoder", parts.decoder, read_decoder); !read) return read.error();
  if (auto read = read_optional(root, "truncation", parts.truncation, read_truncation); !read) return read.error();
  if (auto read = read_optional(root, "padding", parts.padding, read_padding); !read) return read.error();
  return parts;
}

// What is wrong with a file that is no JSON.
Error document_error(const std::filesystem::path& file, const Error& error) {
  constexpr std::size_t kPointerSize = 1'000;
  const auto text = base::read_file(file, kPointerSize);
  if (!text || !base::is_lfs_pointer(*text)) return error;
  return {ErrorCode::data_corrupt, file.filename().string() + ": " + std::string(base::kLfsPointer), file.string(), {}};
}

}  // namespace

Result<TokenizerParts> read_tokenizer_json(const std::filesystem::path& file) {
  const auto document = JsonDocument::read(file, kMaxFileSize);
  if (!document) return document_error(file, document.error());
  auto parts = read_parts(document->root());
  if (!parts) parts.error().detail = file.string();
  return parts;
}

Result<TokenizerParts> parse_tokenizer_json(std::string_view text, std::string name) {
  const auto document = JsonDocument::parse(text, std::move(name));
  if (!document) return document.error();
  return read_parts(document->root());
}

}  // namespace akidb::embedding::tokenizer
