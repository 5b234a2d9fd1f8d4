#include "base/float_digits.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace akidb::embedding::base {
namespace {

// Powers of ten as 64 bits and a binary exponent that follows from the power; rounded up.
constexpr int kFirstPower = -31;
constexpr int kLastPower = 45;

// A number of 256 bits, just large enough for the table below.
struct Big {
  std::array<std::uint32_t, 8> limbs{};  // the lowest first

  constexpr void multiply(std::uint32_t by, std::uint32_t add) {
    std::uint64_t carry = add;
    for (auto& limb : limbs) {
      carry += std::uint64_t{limb} * by;
      limb = static_cast<std::uint32_t>(carry);
      carry >>= 32U;
    }
  }
  [[nodiscard]] constexpr bool bit(int at) const {
    return (limbs[static_cast<std::size_t>(at / 32)] >> (at % 32) & 1U) != 0;
  }
  [[nodiscard]] constexpr bool at_least(const Big& other) const {
    for (std::size_t i = limbs.size(); i-- > 0;) {
      if (limbs[i] != other.limbs[i]) return limbs[i] > other.limbs[i];
    }
    return true;
  }
  constexpr void subtract(const Big& other) {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < limbs.size(); ++i) {
      const std::uint64_t difference = std::uint64_t{limbs[i]} - other.limbs[i] - borrow;
      limbs[i] = static_cast<std::uint32_t>(difference);
      borrow = difference >> 63U;
    }
  }
  [[nodiscard]] constexpr bool is_zero() const { return at_least(Big{}) && Big{}.at_least(*this); }
};

constexpr Big power_of_ten(int exponent) {
  Big power;
  power.limbs[0] = 1;
  for (int i = 0; i < exponent; ++i) power.multiply(10, 0);
  return power;
}

// The highest 64 bits of 10^exponent, rounded up.
constexpr std::uint64_t rounded_up(int exponent) {
  std::uint64_t bits = 0;
  bool inexact = false;
  if (exponent >= 0) {
    const Big power = power_of_ten(exponent);
    int top = 255;
    while (!power.bit(top)) --top;
    for (int i = 0; i < 64; ++i) bits = bits << 1U | (top - i >= 0 && power.bit(top - i) ? 1U : 0U);
    for (int i = top - 64; i >= 0; --i) inexact = inexact || power.bit(i);
  } else {
    // Long division of 1 by 10^-exponent, from the first bit that is set.
    const Big divisor = power_of_ten(-exponent);
    Big rest;
    rest.limbs[0] = 1;
    while (!rest.at_least(divisor)) rest.multiply(2, 0);
    for (int i = 0; i < 64; ++i) {
      const bool bit = rest.at_least(divisor);
      bits = bits << 1U | (bit ? 1U : 0U);
      if (bit) rest.subtract(divisor);
      rest.multiply(2, 0);
    }
    inexact = !rest.is_zero();
  }
  return bits + (inexact ? 1 : 0);
}

constexpr auto kPowers = [] {
  std::array<std::uint64_t, kLastPower - kFirstPower + 1> powers{};
  for (int i = kFirstPower; i <= kLastPower; ++i) powers[static_cast<std::size_t>(i - kFirstPower)] = rounded_up(i);
  return powers;
}();

constexpr int floor_log10_of_power_of_2(int exponent) noexcept { return (exponent * 1'262'611) >> 22; }
constexpr int floor_log10_of_three_quarters(int exponent) noexcept { return (exponent * 1'262'611 - 524'031) >> 22; }
constexpr int floor_log2_of_power_of_10(int exponent) noexcept { return (exponent * 1'741'647) >> 19; }

// The highest bits of the product of 96 bits, the last of them set where any of the 32 below is but the lowest.
std::uint32_t round_to_odd(std::uint64_t power, std::uint32_t factor) noexcept {
  const std::uint64_t product = (power >> 32U) * factor + ((power & 0xFFFFFFFFU) * factor >> 32U);
  return static_cast<std::uint32_t>(product >> 32U) | ((product & 0xFFFFFFFFU) > 1 ? 1U : 0U);
}

struct Decimal {
  std::uint32_t digits;  // of 9 digits at most; may end in zeros
  int exponent;          // value = digits * 10^exponent
};

Decimal shortest(std::uint32_t significand, std::uint32_t biased) noexcept {
  const std::uint32_t c = biased != 0 ? significand | 1U << 23U : significand;
  const int q = biased != 0 ? static_cast<int>(biased) - 150 : -149;
  const std::uint32_t odd = c & 1U;
  const bool lower_is_closer = significand == 0 && biased > 1;
  const int k = lower_is_closer ? floor_log10_of_three_quarters(q) : floor_log10_of_power_of_2(q);
  const int shift = q + floor_log2_of_power_of_10(-k) + 1;
  const std::uint64_t power = kPowers[static_cast<std::size_t>(-k - kFirstPower)];
  const std::uint32_t middle = round_to_odd(power, (4 * c) << shift);
  const std::uint32_t lower = round_to_odd(power, (4 * c - 2 + (lower_is_closer ? 1U : 0U)) << shift) + odd;
  const std::uint32_t upper = round_to_odd(power, (4 * c + 2) << shift) - odd;

  // One digit less, where exactly one such number lies between the neighbours; else the one that lies between, and of
  // two the nearer. In masks, because a branch here would be guessed wrong half the time.
  const std::uint32_t s = middle / 4;
  const std::uint32_t tens = s / 10;
  const std::uint32_t tens_down = lower <= 40 * tens ? 1 : 0;
  const std::uint32_t tens_up = 40 * tens + 40 <= upper ? 1 : 0;
  const std::uint32_t down = lower <= 4 * s ? 1 : 0;
  const std::uint32_t up = 4 * s + 4 <= upper ? 1 : 0;
  const std::uint32_t nearer_up = middle + (s & 1U) > 4 * s + 2 ? 1 : 0;
  const std::uint32_t one_lies_between = 0U - (down ^ up);
  const std::uint32_t exact = s + ((up & one_lies_between) | (nearer_up & ~one_lies_between));
  const std::uint32_t is_shorter = 0U - ((tens_down ^ tens_up) & (s >= 10 ? 1U : 0U));
  return {(10 * (tens + tens_up) & is_shorter) | (exact & ~is_shorter), k};
}

constexpr std::array<std::uint32_t, 11> kTens = {1,         10,         100,         1'000,         10'000,     100'000,
                                                 1'000'000, 10'000'000, 100'000'000, 1'000'000'000, 0xFFFFFFFFU};

int count_digits(std::uint32_t number) noexcept {
  const auto guess = static_cast<std::size_t>(std::bit_width(number) * 1'233) >> 12U;
  return static_cast<int>(guess) + (number >= kTens[guess] ? 1 : 0);
}

// Eight digits as eight bytes, the first digit in the lowest.
std::uint64_t digit_bytes(std::uint32_t number) noexcept {
  const std::uint64_t fours = number / 10'000 | std::uint64_t{number % 10'000} << 32U;
  const std::uint64_t hundreds = fours * 10'486 >> 20U & 0x7F'0000'007FU;
  const std::uint64_t twos = hundreds | (fours - 100 * hundreds) << 16U;
  const std::uint64_t tens = twos * 103 >> 10U & 0x000F'000F'000F'000FU;
  return tens | (twos - 10 * tens) << 8U;
}

// The digits from the first to the last that is not zero at `to`, which nine characters are written to; how many.
int put_digits(std::uint32_t digits, int count, char* to) noexcept {
  const std::uint32_t nine = digits * kTens[static_cast<std::size_t>(9 - count)];
  *to = static_cast<char>('0' + nine / 100'000'000);
  const std::uint64_t bytes = digit_bytes(nine % 100'000'000);
  const std::uint64_t text = bytes + 0x3030'3030'3030'3030U;
  static_assert(std::endian::native == std::endian::little);
  std::memcpy(to + 1, &text, sizeof(text));
  return 9 - std::countl_zero(bytes) / 8;
}

char* put_exponent(int exponent, char* to) noexcept {
  *to++ = 'e';
  *to++ = exponent < 0 ? '-' : '+';
  const int size = exponent < 0 ? -exponent : exponent;
  *to++ = static_cast<char>('0' + size / 10);
  *to++ = static_cast<char>('0' + size % 10);
  return to;
}

// What stands before the digits of the smallest numbers that are written without an exponent.
constexpr std::string_view kLeadingZeros = "0.0000";

char* put_float(float value, char* to) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  *to = '-';
  to += bits >> 31U;
  if ((bits & 0x7FFFFFFFU) == 0) {
    *to++ = '0';
    return to;
  }
  const auto [number, exponent] = shortest(bits & 0x7FFFFFU, bits >> 23U & 0xFFU);
  const int all = count_digits(number);
  const int point = all + exponent;  // digits before the point; 0 or less: zeros behind it
  if (point > -5 && point <= 0) {
    kLeadingZeros.copy(to, kLeadingZeros.size());  // all of them: a fixed size is two stores
    to += 2 - point;
    return to + put_digits(number, all, to);
  }
  std::array<char, 9> text;
  const int count = put_digits(number, all, text.data());
  if (point > 0 && point <= 9) {
    for (int i = 0; i < point; ++i) *to++ = i < count ? text[static_cast<std::size_t>(i)] : '0';
    if (count <= point) return to;
    *to++ = '.';
    std::memcpy(to, text.data() + point, static_cast<std::size_t>(count - point));
    return to + (count - point);
  }
  *to++ = text[0];
  if (count > 1) {
    *to++ = '.';
    std::memcpy(to, text.data() + 1, static_cast<std::size_t>(count - 1));
    to += count - 1;
  }
  return put_exponent(point - 1, to);
}

}  // namespace

// One loop of all of it: where the compiler leaves a call for each value, it takes two thirds more time.
char* write_floats(std::span<const float> values, char* to) noexcept {
  for (const float value : values) {
    to = put_float(value, to);
    *to++ = ',';
  }
  return values.empty() ? to : to - 1;
}

char* write_float(float value, char* to) noexcept {
  std::array<char, kLongestFloat + 1> text;  // a comma is written, too
  const char* end = write_floats({&value, 1}, text.data());
  const auto size = static_cast<std::size_t>(end - text.data());
  std::memcpy(to, text.data(), size);
  return to + size;
}

}  // namespace akidb::embedding::base
