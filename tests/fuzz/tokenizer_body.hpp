// Fuzz bodies of the tokenizer. Each takes any bytes, and returns what is wrong, or an empty string.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <string>
#include <string_view>

namespace akidb::embedding::fuzz {

// A text: the fast path must give what the plain path gives; places must lie in the text, on characters; invalid UTF-8
// must be an error. The rest of the public functions must take what comes out.
std::string tokenize_any_text(const Tokenizer& tokenizer, std::string_view text);

// A tokenizer.json: it loads, or fails with data_corrupt, unsupported or resource_exhausted. What loads must tokenise.
std::string load_any_tokenizer(std::string_view file);

// tokenizer_config.json in a line of its own (empty: none), then vocab.txt: the same.
std::string load_any_vocab_txt(std::string_view bytes);

// tokenize_any_text() with several tokenizers of the golden data.
std::string tokenize_with_each(std::string_view text);

}  // namespace akidb::embedding::fuzz
