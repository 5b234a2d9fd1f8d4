#include "server/http/json/base64.hpp"

#include <array>
#include <cstring>

namespace akidb::embedding::server {
namespace {

constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Two letters for each 12 bits: half the look-ups of a table of letters.
constexpr auto kPairs = [] {
  std::array<std::array<char, 2>, 4'096> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = {kLetters[i >> 6U], kLetters[i & 63U]};
  return pairs;
}();

}  // namespace

void append_base64(std::span<const std::byte> bytes, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + (bytes.size() + 2) / 3 * 4);
  char* to = out.data() + begin;
  const auto byte = [&](std::size_t i) { return std::to_integer<unsigned>(bytes[i]); };
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3, to += 4) {
    const unsigned bits = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    std::memcpy(to, kPairs[bits >> 12U].data(), 2);
    std::memcpy(to + 2, kPairs[bits & 0xFFFU].data(), 2);
  }
  if (i == bytes.size()) return;
  const bool has_two = i + 2 == bytes.size();
  const unsigned bits = byte(i) << 16U | (has_two ? byte(i + 1) << 8U : 0U);
  std::memcpy(to, kPairs[bits >> 12U].data(), 2);
  to[2] = has_two ? kLetters[bits >> 6U & 63U] : '=';
  to[3] = '=';
}

}  // namespace akidb::embedding::server
