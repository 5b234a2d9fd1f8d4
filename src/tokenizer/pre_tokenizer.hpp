// The pre-tokenizer: normalised text into words.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "text/aligned_text.hpp"
#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

using WordSpan = std::span<const text::AlignedChar>;

// The words of a text in their order, none empty. Without steps the whole text is one word. Linear.
std::vector<WordSpan> pre_tokenize(std::span<const PreTokenizerStep> steps, WordSpan text);

}  // namespace akidb::embedding::tokenizer
