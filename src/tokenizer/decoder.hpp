// The decoder: tokens back into text.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

// Joins tokens as the WordPiece decoder does; without a decoder with a space between them.
std::string decode(const std::optional<WordPieceDecoder>& decoder, const std::vector<std::string>& tokens);

}  // namespace akidb::embedding::tokenizer
