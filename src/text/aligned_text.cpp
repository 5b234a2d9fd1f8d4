#include "text/aligned_text.hpp"

#include "text/utf8.hpp"

namespace akidb::embedding::text {

AlignedText align(std::string_view text, std::uint32_t shift) {
  AlignedText aligned;
  aligned.reserve(text.size());
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto begin = shift + static_cast<std::uint32_t>(at - text.data());
    const char32_t code = decode_utf8(at);
    aligned.push_back({code, begin, shift + static_cast<std::uint32_t>(at - text.data())});
  }
  return aligned;
}

}  // namespace akidb::embedding::text
