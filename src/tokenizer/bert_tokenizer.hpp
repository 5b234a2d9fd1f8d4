// The BERT family of tokenizers, put together from its parts.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <memory>

#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

std::unique_ptr<Tokenizer> make_bert_tokenizer(TokenizerParts parts);

}  // namespace akidb::embedding::tokenizer
