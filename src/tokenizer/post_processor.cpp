#include "tokenizer/post_processor.hpp"

#include <algorithm>
#include <utility>

#include "text/unicode.hpp"
#include "text/utf8.hpp"
#include "tokenizer/encoding.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using Kind = TemplatePiece::Kind;

std::size_t special_tokens_of(const std::vector<TemplatePiece>& pieces) {
  std::size_t count = 0;
  for (const auto& piece : pieces) count += piece.ids.size();
  return count;
}

// A space to RobertaProcessing: white space, or what byte-level vocabularies write for U+0020.
bool is_trimmed(char32_t c) { return c == U'\u0120' || (text::properties_of(c) & text::property::kWhitespace) != 0; }

struct Spaces {
  std::size_t leading = 0;
  std::size_t trailing = 0;
};

Spaces spaces_of(const std::string& token) {
  Spaces spaces;
  bool all = true;
  const char* at = token.data();
  while (at != token.data() + token.size()) {
    if (is_trimmed(text::decode_utf8(at))) {
      spaces.leading += all ? 1 : 0;
      ++spaces.trailing;
    } else {
      all = false;
      spaces.trailing = 0;
    }
  }
  return spaces;
}

// The reference counts characters and subtracts them from offsets of either unit; so do we.
void trim(Offset& offset, Spaces spaces, bool is_first_token, bool add_prefix_space) {
  if (spaces.leading > 0) {
    const bool first = is_first_token || offset.begin == 0;
    if (first && add_prefix_space && spaces.leading == 1) spaces.leading = 0;
    offset.begin = std::min(offset.begin + static_cast<std::uint32_t>(spaces.leading), offset.end);
  }
  if (spaces.trailing > 0 && offset.end >= spaces.trailing) {
    offset.end = std::max(offset.end - static_cast<std::uint32_t>(spaces.trailing), offset.begin);
  }
}

void trim_offsets(Encoding& encoding, bool add_prefix_space) {
  for (std::size_t i = 0; i < encoding.tokens.size(); ++i) {
    const Spaces spaces = spaces_of(encoding.tokens[i]);
    trim(encoding.byte_offsets[i], spaces, i == 0, add_prefix_space);
    trim(encoding.char_offsets[i], spaces, i == 0, add_prefix_space);
  }
  for (auto& window : encoding.overflowing) trim_offsets(window, add_prefix_space);
}

}  // namespace

PostProcessor::PostProcessor(PostProcessorParts parts) : parts_(std::move(parts)) {
  const auto is_first = [](const TemplatePiece& piece) { return piece.kind == Kind::first; };
  const auto& single = parts_.single;
  single_is_plain_ = std::count_if(single.begin(), single.end(), is_first) == 1;
  if (!single_is_plain_) return;
  auto* ids = &prefix_ids_;
  for (const auto& piece : single) {
    if (is_first(piece)) ids = &suffix_ids_;
    ids->insert(ids->end(), piece.ids.begin(), piece.ids.end());
  }
}

std::size_t PostProcessor::special_tokens(bool pair) const noexcept {
  return special_tokens_of(pair ? parts_.pair : parts_.single);
}

Result<Encoding> PostProcessor::process(Encoding first, std::optional<Encoding> second, bool add_special_tokens) const {
  if (parts_.trim_offsets) {
    trim_offsets(first, parts_.add_prefix_space);
    if (second) trim_offsets(*second, parts_.add_prefix_space);
  }
  Encoding sequence;
  for (const auto& piece : second ? parts_.pair : parts_.single) {
    if (piece.kind == Kind::special) {
      if (!add_special_tokens) continue;
      Encoding special;
      for (std::size_t i = 0; i < piece.ids.size(); ++i) {
        append_special(special, {piece.ids[i], piece.type_id, piece.tokens[i]});
      }
      if (auto joined = append(sequence, special); !joined) return joined.error();
      continue;
    }
    Encoding& text = piece.kind == Kind::first ? first : *second;
    text.type_ids.assign(text.ids.size(), piece.type_id);  // overflow keeps 0 and 1, as in the reference
    if (auto joined = append(sequence, text); !joined) return joined.error();
  }
  return sequence;
}

}  // namespace akidb::embedding::tokenizer
