// The files of a BERT model that has no tokenizer.json:
//
//   vocab.txt              = token LF token LF ...       the line's number, from 0, is the id; white space at a line's
//                                                        end is not part of the token
//   tokenizer_config.json  = { "do_lower_case"?: true, "strip_accents"?, "tokenize_chinese_chars"?: true,
//                              "unk_token"?, "sep_token"?, "pad_token"?, "cls_token"?, "mask_token"?, ... }
//   a special token        = "[CLS]" | { "content": "[CLS]", ... }
#include <string>
#include <string_view>
#include <utility>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "text/unicode.hpp"
#include "text/utf8.hpp"
#include "tokenizer/json_parts.hpp"
#include "tokenizer/tokenizer_file.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using base::JsonDocument;
using base::JsonKind;
using base::JsonValue;

constexpr std::size_t kMaxVocabSize = std::size_t{64} << 20;
constexpr std::size_t kMaxConfigSize = std::size_t{16} << 20;

struct Config {
  BertNormalizer normalizer;
  std::string unk = "[UNK]";
  std::string sep = "[SEP]";
  std::string pad = "[PAD]";
  std::string cls = "[CLS]";
  std::string mask = "[MASK]";
};

std::string_view without_trailing_space(std::string_view line) {
  std::size_t end = line.size();
  while (end > 0) {
    std::size_t previous = end - 1;
    while ((static_cast<unsigned char>(line[previous]) & 0xC0) == 0x80) --previous;
    const char* at = line.data() + previous;
    if ((text::properties_of(text::decode_utf8(at)) & text::property::kWhitespace) == 0) break;
    end = previous;
  }
  return line.substr(0, end);
}

Result<WordPieceParts> read_vocab(const std::filesystem::path& file) {
  const auto content = base::read_file(file, kMaxVocabSize);
  if (!content) return content.error();
  if (const auto byte = base::find_invalid_utf8(*content)) {
    return Error{
        ErrorCode::data_corrupt, "vocab.txt: not valid UTF-8 at byte " + std::to_string(*byte), file.string(), {}};
  }
  WordPieceParts parts;
  std::string_view rest = *content;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const auto id = static_cast<std::uint32_t>(parts.vocab.size());
    parts.vocab.emplace_back(without_trailing_space(rest.substr(0, end)), id);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return parts;
}

Result<void> read_special(const JsonValue& root, std::string_view key, std::string& token) {
  const auto value = root.find(key);
  if (!value) return {};
  const auto content = value->is(JsonKind::object) ? value->at("content") : Result<JsonValue>(*value);
  if (!content) return content.error();
  const auto text = content->as_string();
  if (!text) return text.error();
  token = *text;
  return {};
}

Result<Config> read_config(const JsonValue& root) {
  if (!root.is(JsonKind::object)) return root.corrupt("expected an object");
  Config config;
  const auto lowercase = root.bool_or("do_lower_case", true);
  if (!lowercase) return lowercase.error();
  const auto strip_accents = root.bool_or("strip_accents", *lowercase);
  if (!strip_accents) return strip_accents.error();
  const auto chinese = root.bool_or("tokenize_chinese_chars", true);
  if (!chinese) return chinese.error();
  config.normalizer = {true, *chinese, *strip_accents, *lowercase};
  const std::pair<std::string_view, std::string*> specials[] = {{"unk_token", &config.unk},
                                                                {"sep_token", &config.sep},
                                                                {"pad_token", &config.pad},
                                                                {"cls_token", &config.cls},
                                                                {"mask_token", &config.mask}};
  for (const auto& [key, token] : specials) {
    if (auto read = read_special(root, key, *token); !read) return read.error();
  }
  return config;
}

Result<Config> read_config_file(const std::filesystem::path& file) {
  const auto document = JsonDocument::read(file, kMaxConfigSize);
  if (!document && document.error().code == ErrorCode::not_found) return Config{};
  if (!document) return document.error();
  auto config = read_config(document->root());
  if (!config) config.error().detail = file.string();
  return config;
}

// The id of a token that the post-processor cannot do without.
Result<NamedId> required(const WordPieceParts& model, const std::string& token, std::string_view key) {
  for (auto entry = model.vocab.rbegin(); entry != model.vocab.rend(); ++entry) {
    if (entry->first == token) return NamedId{token, entry->second};
  }
  return Error{ErrorCode::data_corrupt, "vocab.txt: the " + std::string(key) + " \"" + token + "\" is missing", {}, {}};
}

bool has(const WordPieceParts& model, const std::string& token) { return required(model, token, "").has_value(); }

}  // namespace

Result<TokenizerParts> read_vocab_txt(const std::filesystem::path& folder) {
  auto model = read_vocab(folder / "vocab.txt");
  if (!model) return model.error();
  const auto config = read_config_file(folder / "tokenizer_config.json");
  if (!config) return config.error();
  model->unk_token = config->unk;

  const auto sep = required(*model, config->sep, "sep_token");
  if (!sep) return sep.error();
  const auto cls = required(*model, config->cls, "cls_token");
  if (!cls) return cls.error();

  TokenizerParts parts;
  append_steps(config->normalizer, parts.normalizer);
  parts.pre_tokenizer = {PreTokenizerStep::split_whitespace, PreTokenizerStep::isolate_punctuation};
  parts.post_processor = bert_post_processor(*cls, *sep);
  parts.decoder = WordPieceDecoder{};
  for (const std::string& token : {config->unk, config->sep, config->cls, config->pad, config->mask}) {
    if (!has(*model, token)) continue;
    AddedToken added;
    added.content = token;
    added.normalized = false;
    added.special = true;
    parts.added_tokens.push_back(std::move(added));
  }
  parts.model = std::move(*model);
  return parts;
}

}  // namespace akidb::embedding::tokenizer
