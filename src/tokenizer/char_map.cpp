#include "tokenizer/char_map.hpp"

#include <algorithm>

namespace akidb::embedding::tokenizer {
namespace {

using Step = NormalizerStep;

constexpr Step kBertSteps[] = {Step::clean_text, Step::pad_chinese, Step::nfd, Step::strip_nonspacing, Step::lowercase};

bool is_bert_normalizer(std::span<const Step> steps) {
  const Step* expected = std::begin(kBertSteps);
  for (const Step step : steps) {
    expected = std::find(expected, std::end(kBertSteps), step);
    if (expected == std::end(kBertSteps)) return false;
    ++expected;
  }
  const auto has = [steps](Step step) { return std::find(steps.begin(), steps.end(), step) != steps.end(); };
  return has(Step::nfd) == has(Step::strip_nonspacing);
}

}  // namespace

bool CharMap::supports(const TokenizerParts& parts) {
  const std::vector<PreTokenizerStep> bert = {PreTokenizerStep::split_whitespace,
                                              PreTokenizerStep::isolate_punctuation};
  return is_bert_normalizer(parts.normalizer) && parts.pre_tokenizer == bert;
}

CharMap::CharMap(std::span<const NormalizerStep> steps) {
  namespace property = text::property;
  unsigned watched = property::kWhitespace | property::kPunctuation;
  for (const Step step : steps) {
    switch (step) {
      case Step::clean_text: watched |= property::kCleanedAway | property::kCleanedToSpace; break;
      case Step::pad_chinese: watched |= property::kChinese; break;
      case Step::nfd:
        accents_ = true;
        watched |= property::kDecomposes | property::kReorders | property::kNonspacingMark;
        break;
      case Step::lowercase:
        lowercase_ = true;
        watched |= property::kLowers;
        break;
      default: break;
    }
  }
  watched_ = static_cast<std::uint16_t>(watched);
}

}  // namespace akidb::embedding::tokenizer
