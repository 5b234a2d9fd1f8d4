// The files that a tokenizer is read from.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

// A tokenizer.json; its grammar is in tokenizer/json_parts.hpp. Errors as load_tokenizer() has them.
Result<TokenizerParts> read_tokenizer_json(const std::filesystem::path& file);

// The same from its text; `name` goes before errors.
Result<TokenizerParts> parse_tokenizer_json(std::string_view text, std::string name);

// vocab.txt and, where it is there, tokenizer_config.json of a folder.
Result<TokenizerParts> read_vocab_txt(const std::filesystem::path& folder);

}  // namespace akidb::embedding::tokenizer
