#include "tokenizer/decoder.hpp"

#include <string_view>
#include <utility>

namespace akidb::embedding::tokenizer {
namespace {

// Undoes spaces that a plain join leaves in English; one after the other, each over the whole token.
constexpr std::pair<std::string_view, std::string_view> kCleanups[] = {
    {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
    {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
};

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string replaced;
  for (auto found = text.find(from); found != std::string_view::npos; found = text.find(from)) {
    replaced.append(text.substr(0, found)).append(to);
    text.remove_prefix(found + from.size());
  }
  return replaced.append(text);
}

}  // namespace

std::string decode(const std::optional<WordPieceDecoder>& decoder, const std::vector<std::string>& tokens) {
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string_view token = tokens[i];
    const bool continues = decoder && i > 0 && token.starts_with(decoder->prefix);
    if (continues) token.remove_prefix(decoder->prefix.size());
    std::string piece = i > 0 && !continues ? " " : "";
    piece += token;
    if (decoder && decoder->cleanup) {
      for (const auto& [from, to] : kCleanups) piece = replace_all(piece, from, to);
    }
    text += piece;
  }
  return text;
}

}  // namespace akidb::embedding::tokenizer
