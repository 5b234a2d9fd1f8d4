#include "tokenizer/added_token_finder.hpp"

#include <algorithm>

#include "text/unicode.hpp"
#include "text/utf8.hpp"

namespace akidb::embedding::tokenizer {
namespace {

namespace property = text::property;

std::uint16_t properties_at(std::string_view text, std::size_t at) noexcept {
  const char* place = text.data() + at;
  return text::properties_of(text::decode_utf8(place));
}

// The beginning of the character that ends at `at` > 0.
std::size_t before(std::string_view text, std::size_t at) noexcept {
  do --at;
  while ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

bool is_word_at(std::string_view text, std::size_t at) noexcept {
  return (properties_at(text, at) & property::kWord) != 0;
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) noexcept {
  return (begin == 0 || !is_word_at(text, before(text, begin))) && (end == text.size() || !is_word_at(text, end));
}

// Where the white space that ends at `at` begins, not before `floor`.
std::size_t space_begin(std::string_view text, std::size_t at, std::size_t floor) noexcept {
  while (at > floor) {
    const std::size_t previous = before(text, at);
    if ((properties_at(text, previous) & property::kPatternSpace) == 0) break;
    at = previous;
  }
  return at;
}

// The end of white space behind a place; remembers the last answer, so that asking about every place of one long
// stretch stays linear.
class SpaceEnd {
 public:
  std::size_t operator()(std::string_view text, std::size_t at) noexcept {
    if (at >= begin_ && at <= end_) return end_;
    begin_ = at;
    while (at < text.size() && (properties_at(text, at) & property::kPatternSpace) != 0) {
      at += text::utf8_length(static_cast<unsigned char>(text[at]));
    }
    end_ = at;
    return at;
  }

 private:
  std::size_t begin_ = 1;
  std::size_t end_ = 0;
};

}  // namespace

AddedTokenFinder::AddedTokenFinder(const std::vector<Pattern>& patterns) : matcher_(patterns.size()) {
  for (const auto& pattern : patterns) {
    if (matcher_.tokens().find(pattern.text)) continue;
    matcher_.insert(pattern.text, static_cast<std::uint32_t>(tokens_.size()));
    tokens_.push_back(pattern.token);
    bool& begins = begins_[static_cast<unsigned char>(pattern.text[0])];
    if (!begins) first_bytes_ += pattern.text[0];
    begins = true;
  }
  matcher_.finish();
}

std::size_t AddedTokenFinder::first_candidate(std::string_view text, std::size_t from) const noexcept {
  if (first_bytes_.empty()) return text.size();
  if (first_bytes_.size() == 1) return std::min(text.find(first_bytes_[0], from), text.size());
  while (from < text.size() && !begins_[static_cast<unsigned char>(text[from])]) ++from;
  return from;
}

std::vector<TextPart> AddedTokenFinder::cut(std::string_view text) const {
  std::vector<TextPart> parts;
  std::string padded;  // the matcher reads behind the text
  SpaceEnd space_end;
  std::size_t done = 0;
  std::size_t from = 0;
  while ((from = first_candidate(text, from)) < text.size()) {
    if (padded.empty()) padded.append(text).append(kWordPadding, '\0');
    const auto* match = matcher_.longest(padded.data() + from, text.size() - from);
    if (match == nullptr) {
      ++from;
      continue;
    }
    const AddedToken& token = *tokens_[match->id];
    std::size_t begin = from;
    std::size_t end = from + match->length;
    from = end;
    if (token.single_word && !stands_alone(text, begin, end)) continue;
    if (token.lstrip) begin = std::max(space_begin(text, begin, std::min(begin, done)), done);
    if (token.rstrip) end = space_end(text, end);
    if (begin >= end) continue;  // inside white space that another token took along
    if (done < begin) parts.push_back({done, begin, nullptr});
    parts.push_back({begin, end, &token});
    done = end;
  }
  if (done != text.size()) parts.push_back({done, text.size(), nullptr});
  return parts;
}

}  // namespace akidb::embedding::tokenizer
