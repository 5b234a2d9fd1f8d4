#include "tokenizer/normalizer.hpp"

#include <algorithm>
#include <array>

#include "text/unicode.hpp"

namespace akidb::embedding::tokenizer {
namespace {

namespace property = text::property;
using text::AlignedChar;
using text::AlignedText;
using text::properties_of;

void drop(AlignedText& text, std::uint16_t properties) {
  std::erase_if(text, [properties](const AlignedChar& c) { return (properties_of(c.code) & properties) != 0; });
}

void clean_text(AlignedText& text) {
  drop(text, property::kCleanedAway);
  for (auto& c : text) {
    if ((properties_of(c.code) & property::kCleanedToSpace) != 0) c.code = U' ';
  }
}

void pad_chinese(AlignedText& text) {
  AlignedText padded;
  padded.reserve(text.size());
  for (const auto& c : text) {
    if ((properties_of(c.code) & property::kChinese) == 0) {
      padded.push_back(c);
      continue;
    }
    padded.insert(padded.end(), {{U' ', c.begin, c.end}, c, {U' ', c.begin, c.end}});
  }
  text = std::move(padded);
}

void lowercase(AlignedText& text) {
  AlignedText lowered;
  lowered.reserve(text.size());
  for (const auto& c : text) {
    for (const char32_t code : text::lower_of(c.code)) lowered.push_back({code, c.begin, c.end});
  }
  text = std::move(lowered);
}

// A character out of a decomposition, before marks are put in order.
struct Part {
  char32_t code;
  std::uint8_t rank;
  bool first;  // of its character's parts
};

// Sorts by rank, and keeps the order of equal ranks; linear, as a text may be nothing but marks.
void order(std::span<Part> marks) {
  constexpr std::size_t kFew = 32;
  if (marks.size() < 2) return;
  if (marks.size() <= kFew) {
    std::stable_sort(marks.begin(), marks.end(), [](const Part& a, const Part& b) { return a.rank < b.rank; });
    return;
  }
  std::array<std::size_t, 257> next{};  // place of the next mark of each rank
  for (const Part& mark : marks) ++next[mark.rank + std::size_t{1}];
  for (std::size_t rank = 1; rank < next.size(); ++rank) next[rank] += next[rank - 1];
  std::vector<Part> ordered(marks.size());
  for (const Part& mark : marks) ordered[next[mark.rank]++] = mark;
  std::copy(ordered.begin(), ordered.end(), marks.begin());
}

// The reference hands places out in the new order: a first part takes the next character of the old text, another
// part the character that was taken last. Where marks change places this is not where they came from, but it is
// what offsets of the reference show.
void nfd(AlignedText& text) {
  std::vector<Part> parts;
  parts.reserve(text.size());
  std::size_t run = 0;  // where the marks begin that are not in order yet
  for (const auto& c : text) {
    bool first = true;
    for (const char32_t code : text::decomposition_of(c.code)) {
      const std::uint8_t rank = text::combining_rank(code);
      if (rank == 0) {
        order(std::span(parts).subspan(run));
        run = parts.size() + 1;
      }
      parts.push_back({code, rank, first});
      first = false;
    }
  }
  order(std::span(parts).subspan(run));

  AlignedText decomposed;
  decomposed.reserve(parts.size());
  std::size_t taken = 0;
  for (const auto& part : parts) {
    if (part.first) ++taken;
    const AlignedChar source = taken == 0 ? AlignedChar{} : text[taken - 1];
    decomposed.push_back({part.code, source.begin, source.end});
  }
  text = std::move(decomposed);
}

bool is_space(const AlignedChar& c) { return (properties_of(c.code) & property::kWhitespace) != 0; }

void strip_left(AlignedText& text) { text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space)); }

void strip_right(AlignedText& text) {
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
}

}  // namespace

void normalize(std::span<const NormalizerStep> steps, AlignedText& text) {
  for (const NormalizerStep step : steps) {
    switch (step) {
      case NormalizerStep::clean_text: clean_text(text); break;
      case NormalizerStep::pad_chinese: pad_chinese(text); break;
      case NormalizerStep::nfd: nfd(text); break;
      case NormalizerStep::strip_nonspacing: drop(text, property::kNonspacingMark); break;
      case NormalizerStep::strip_combining: drop(text, property::kCombiningMark); break;
      case NormalizerStep::lowercase: lowercase(text); break;
      case NormalizerStep::strip_left: strip_left(text); break;
      case NormalizerStep::strip_right: strip_right(text); break;
    }
  }
}

}  // namespace akidb::embedding::tokenizer
