#include "tokenizer/post_processor.hpp"

#include <algorithm>
#include <utility>

#include "tokenizer/encoding.hpp"

namespace akidb::embedding::tokenizer {
namespace {

using Kind = TemplatePiece::Kind;

std::size_t special_tokens_of(const std::vector<TemplatePiece>& pieces) {
  std::size_t count = 0;
  for (const auto& piece : pieces) count += piece.ids.size();
  return count;
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
    text.type_ids.assign(text.ids.size(), piece.type_id);
    if (parts_.one_type_id && add_special_tokens) {  // else overflow keeps 0 and 1, as in the reference
      for (auto& window : text.overflowing) window.type_ids.assign(window.ids.size(), 0);
    }
    if (auto joined = append(sequence, text); !joined) return joined.error();
  }
  return sequence;
}

}  // namespace akidb::embedding::tokenizer
