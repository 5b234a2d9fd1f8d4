#include <array>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include "fuzz/tokenizer_body.hpp"
#include "tokenizer/bert_tokenizer.hpp"
#include "tokenizer/tokenizer_file.hpp"

namespace akidb::embedding::fuzz {
namespace {

using Tokenizers = std::array<std::unique_ptr<Tokenizer>, 4>;

std::unique_ptr<Tokenizer> load(const char* name) {
  auto parts = tokenizer::read_tokenizer_json(std::filesystem::path(AKIDB_EMBEDDING_TEST_DATA) / "tokenizer" /
                                              "tokenizers" / (std::string(name) + ".json"));
  if (!parts) throw std::runtime_error(to_string(parts.error()));
  return tokenizer::make_bert_tokenizer(std::move(*parts));
}

}  // namespace

std::string tokenize_with_each(std::string_view text) {
  static const Tokenizers tokenizers{load("uncased"), load("cased"), load("added"), load("roberta")};
  for (const auto& tokenizer : tokenizers) {
    if (auto problem = tokenize_any_text(*tokenizer, text); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace akidb::embedding::fuzz
