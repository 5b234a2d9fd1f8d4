#include "tokenizer/pre_tokenizer.hpp"

#include <utility>

#include "text/unicode.hpp"

namespace akidb::embedding::tokenizer {
namespace {

struct Delimiter {
  std::uint16_t property;
  bool kept;  // as a word of its own
};

Delimiter delimiter_of(PreTokenizerStep step) {
  switch (step) {
    case PreTokenizerStep::split_whitespace: return {text::property::kWhitespace, false};
    case PreTokenizerStep::isolate_punctuation: return {text::property::kPunctuation, true};
  }
  return {0, false};
}

void split(WordSpan word, Delimiter delimiter, std::vector<WordSpan>& words) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if ((text::properties_of(word[i].code) & delimiter.property) == 0) continue;
    if (begin < i) words.push_back(word.subspan(begin, i - begin));
    if (delimiter.kept) words.push_back(word.subspan(i, 1));
    begin = i + 1;
  }
  if (begin < word.size()) words.push_back(word.subspan(begin));
}

}  // namespace

std::vector<WordSpan> pre_tokenize(std::span<const PreTokenizerStep> steps, WordSpan text) {
  std::vector<WordSpan> words;
  if (!text.empty()) words.push_back(text);
  for (const PreTokenizerStep step : steps) {
    std::vector<WordSpan> smaller;
    smaller.reserve(words.size());
    for (const WordSpan word : words) split(word, delimiter_of(step), smaller);
    words = std::move(smaller);
  }
  return words;
}

}  // namespace akidb::embedding::tokenizer
