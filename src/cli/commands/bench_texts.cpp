#include "cli/commands/bench_texts.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace akidb::embedding::cli {
namespace {

// Frequent words: a token each in the usual vocabularies.
constexpr std::array<std::string_view, 64> kWords = {
    "time",   "year",     "people",   "way",   "day",     "man",   "thing", "woman",   "life",     "child",  "world",
    "school", "state",    "family",   "group", "country", "hand",  "part",  "place",   "case",     "week",   "company",
    "system", "program",  "question", "work",  "number",  "night", "point", "home",    "water",    "room",   "mother",
    "area",   "money",    "story",    "fact",  "month",   "lot",   "right", "study",   "book",     "eye",    "job",
    "word",   "business", "issue",    "side",  "kind",    "head",  "house", "service", "friend",   "father", "power",
    "hour",   "game",     "line",     "end",   "member",  "law",   "car",   "city",    "community"};

// A small generator with a fixed algorithm: std's distributions differ between libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::size_t bound) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>((state_ >> 33) % bound);
  }

 private:
  std::uint64_t state_;
};

std::size_t token_count(const Tokenizer* tokenizer, const std::string& text, std::size_t words) {
  if (tokenizer == nullptr) return words + 2;
  std::vector<std::uint32_t> ids;
  return tokenizer->encode_ids(text, true, ids) ? ids.size() : words + 2;
}

std::string text_of(const Tokenizer* tokenizer, std::size_t tokens, Random& random) {
  std::string text(kWords[random.below(kWords.size())]);
  std::size_t words = 1;
  std::size_t count = token_count(tokenizer, text, words);
  for (int misses = 0; count < tokens && misses < 8;) {
    std::string longer = text;
    // All that is missing at once, in the hope of a token a word; then word by word.
    for (std::size_t missing = misses == 0 ? tokens - count : 1; missing > 0; --missing) {
      longer.append(" ").append(kWords[random.below(kWords.size())]);
    }
    const std::size_t longer_count = token_count(tokenizer, longer, words + tokens - count);
    if (longer_count > tokens) {
      ++misses;
      continue;
    }
    words += longer_count - count;
    text = std::move(longer);
    count = longer_count;
  }
  return text;
}

}  // namespace

std::vector<std::string> bench_texts(const Tokenizer* tokenizer, std::size_t count, std::size_t tokens) {
  Random random(tokens);
  std::vector<std::string> texts;
  while (texts.size() < count) texts.push_back(text_of(tokenizer, tokens, random));
  return texts;
}

std::vector<std::string> mixed_bench_texts(const Tokenizer* tokenizer, std::size_t count, std::size_t longest) {
  Random random(0);
  std::vector<std::string> texts;
  while (texts.size() < count) {
    // The least of two draws: the mean is a third of the longest.
    const std::size_t length = std::min(random.below(longest), random.below(longest)) + 1;
    texts.push_back(text_of(tokenizer, std::max<std::size_t>(length, 4), random));
  }
  return texts;
}

}  // namespace akidb::embedding::cli
