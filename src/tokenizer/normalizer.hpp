// The normalizer: a text's characters before they are split into words.
#pragma once

#include <span>

#include "text/aligned_text.hpp"
#include "tokenizer/parts.hpp"

namespace akidb::embedding::tokenizer {

// Runs the steps in their order. A character that a step makes keeps the place of the one it was made from. Linear
// in the text.
void normalize(std::span<const NormalizerStep> steps, text::AlignedText& text);

}  // namespace akidb::embedding::tokenizer
