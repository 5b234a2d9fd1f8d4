#include "cli/terminal/width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace akidb::embedding::cli {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Blocks of Unicode's EastAsianWidth.txt that are W or F, and emoji that terminals draw wide.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18AFF}, Range{0x1AFF0, 0x1B2FF}, Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD}};

// Combining marks of the common scripts, joiners and variation selectors.
constexpr std::array kZero = {
    Range{0x0300, 0x036F},   Range{0x0483, 0x0489},  Range{0x0591, 0x05BD}, Range{0x0610, 0x061A},
    Range{0x064B, 0x065F},   Range{0x06D6, 0x06DC},  Range{0x0900, 0x0902}, Range{0x093C, 0x093C},
    Range{0x0941, 0x0948},   Range{0x094D, 0x094D},  Range{0x0E31, 0x0E31}, Range{0x0E34, 0x0E3A},
    Range{0x0E47, 0x0E4E},   Range{0x1AB0, 0x1AFF},  Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},
    Range{0x202A, 0x202E},   Range{0x2060, 0x2064},  Range{0x20D0, 0x20FF}, Range{0x302A, 0x302D},
    Range{0x3099, 0x309A},   Range{0xFE00, 0xFE0F},  Range{0xFE20, 0xFE2F}, Range{0xFEFF, 0xFEFF},
    Range{0x1F3FB, 0x1F3FF}, Range{0xE0100, 0xE01EF}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, std::uint32_t scalar) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), scalar,
                                      [](std::uint32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && scalar <= std::prev(after)->last;
}

std::size_t width_of(std::uint32_t scalar) {
  if (scalar < 0x300) return 1;
  if (is_in(kZero, scalar)) return 0;
  return is_in(kWide, scalar) ? 2 : 1;
}

// The character at `at`, which moves behind it.
std::uint32_t next_scalar(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  std::uint32_t scalar = lead < 0x80 ? lead : lead < 0xE0 ? lead & 0x1FU : lead < 0xF0 ? lead & 0x0FU : lead & 0x07U;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) {
    scalar = scalar << 6 | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  }
  return scalar;
}

bool is_control(std::uint32_t scalar) { return scalar < 0x20 || (scalar >= 0x7F && scalar < 0xA0); }

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(next_scalar(text, at));
  return width;
}

std::string fitted(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t width = 0;
  std::size_t room_for_ellipsis = 0;  // bytes of `out` that leave a column
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const std::uint32_t scalar = next_scalar(text, at);
    const std::size_t wide = is_control(scalar) ? 1 : width_of(scalar);
    if (width + wide > columns) {
      out.resize(room_for_ellipsis);
      return columns == 0 ? out : out + "…";
    }
    if (is_control(scalar)) {
      out += ' ';
    } else {
      out += text.substr(begin, at - begin);
    }
    width += wide;
    if (width < columns) room_for_ellipsis = out.size();
  }
  return out;
}

std::string padded(std::string text, std::size_t columns) {
  const std::size_t width = display_width(text);
  if (width < columns) text.append(columns - width, ' ');
  return text;
}

}  // namespace akidb::embedding::cli
