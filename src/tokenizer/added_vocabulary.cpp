#include "tokenizer/added_vocabulary.hpp"

#include <algorithm>

#include "text/utf8.hpp"
#include "tokenizer/normalizer.hpp"

namespace akidb::embedding::tokenizer {
namespace {

std::string normalized(const std::string& content, const std::vector<NormalizerStep>& steps) {
  text::AlignedText aligned = text::align(content, 0);
  normalize(steps, aligned);
  std::string text;
  for (const auto& c : aligned) text::append_utf8(text, c.code);
  return text;
}

}  // namespace

AddedVocabulary::AddedVocabulary(const TokenizerParts& parts, const Vocabulary& vocabulary) {
  auto next_id = static_cast<std::uint32_t>(vocabulary.size());
  for (const auto& token : parts.added_tokens) {
    if (token.content.empty()) continue;
    std::optional<std::uint32_t> id = id_of(token.content);
    if (!id) id = vocabulary.id_of(token.content);
    if (!id) {
      id = next_id++;
      ++new_tokens_;
    }
    add(token, *id, parts.normalizer);
  }

  std::vector<const Entry*> by_id;
  for (const auto& [id, entry] : tokens_) by_id.push_back(&entry);
  std::sort(by_id.begin(), by_id.end(), [](const Entry* a, const Entry* b) { return a->token.id < b->token.id; });
  std::vector<AddedTokenFinder::Pattern> raw;
  std::vector<AddedTokenFinder::Pattern> after;
  for (const Entry* entry : by_id) {
    if (entry->seen_as.empty()) continue;
    (entry->token.normalized ? after : raw).push_back({entry->seen_as, &entry->token});
  }
  raw_.emplace(raw);
  normalized_.emplace(after);
}

void AddedVocabulary::add(const AddedToken& token, std::uint32_t id, const std::vector<NormalizerStep>& normalizer) {
  Entry entry{token, token.normalized ? normalized(token.content, normalizer) : token.content};
  entry.token.id = id;
  ids_[token.content] = id;
  if (token.special) special_.insert(token.content);
  tokens_[id] = std::move(entry);
}

std::optional<std::uint32_t> AddedVocabulary::id_of(std::string_view content) const {
  const auto found = ids_.find(std::string(content));
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

const std::string* AddedVocabulary::token_of(std::uint32_t id) const {
  const auto found = tokens_.find(id);
  return found == tokens_.end() ? nullptr : &found->second.seen_as;
}

}  // namespace akidb::embedding::tokenizer
