#include <algorithm>
#include <filesystem>
#include <utility>

#include "fuzz/tokenizer_body.hpp"
#include "support/temporary_folder.hpp"
#include "tokenizer/bert_tokenizer.hpp"
#include "tokenizer/tokenizer_file.hpp"

namespace akidb::embedding::fuzz {
namespace {

std::string check_error(const Error& error) {
  if (error.code != ErrorCode::data_corrupt && error.code != ErrorCode::unsupported) return to_string(error);
  const bool named = error.message.starts_with("vocab.txt") || error.message.starts_with("tokenizer_config.json");
  return named ? "" : "an error that does not name the file: " + error.message;
}

}  // namespace

std::string load_any_vocab_txt(std::string_view bytes) {
  static const test::TemporaryFolder folder;
  const auto end = std::min(bytes.find('\n'), bytes.size());
  const auto config = bytes.substr(0, end);
  std::filesystem::remove(folder.path() / "tokenizer_config.json");
  if (!config.empty()) folder.write("tokenizer_config.json", config);
  folder.write("vocab.txt", bytes.substr(std::min(end + 1, bytes.size())));
  auto parts = tokenizer::read_vocab_txt(folder.path());
  if (!parts) return check_error(parts.error());
  const auto tokenizer = tokenizer::make_bert_tokenizer(std::move(*parts));
  return tokenize_any_text(*tokenizer, "The unseen: caf\u00e9 \u4e2d\u6587 [SEP] x\u0301y.");
}

}  // namespace akidb::embedding::fuzz
