#include <akidb/embedding/tokenizer.hpp>
#include <system_error>
#include <utility>

#include "base/guard_memory.hpp"
#include "tokenizer/bert_tokenizer.hpp"
#include "tokenizer/tokenizer_file.hpp"

namespace akidb::embedding {
namespace {

Result<tokenizer::TokenizerParts> read(const std::filesystem::path& path) {
  std::error_code failure;
  const bool is_folder = std::filesystem::is_directory(path, failure) && path.filename() != "tokenizer.json";
  if (!is_folder) return tokenizer::read_tokenizer_json(path);
  if (std::filesystem::exists(path / "tokenizer.json", failure)) {
    return tokenizer::read_tokenizer_json(path / "tokenizer.json");
  }
  if (std::filesystem::exists(path / "vocab.txt", failure)) return tokenizer::read_vocab_txt(path);
  return Error{ErrorCode::not_found, "the folder has neither tokenizer.json nor vocab.txt", path.string(), {}};
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::filesystem::path& file_or_folder) {
  return base::guard_memory("load the tokenizer", [&]() -> Result<std::unique_ptr<Tokenizer>> {
    auto parts = read(file_or_folder);
    if (!parts) return parts.error();
    return tokenizer::make_bert_tokenizer(std::move(*parts));
  });
}

}  // namespace akidb::embedding
