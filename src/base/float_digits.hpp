// A float in the fewest digits that read back as the same float, fast: Raffaello Giulietti's Schubfach algorithm
// ("The Schubfach way to render doubles", 2020), for 32 bits and without branches that depend on the digits.
#pragma once

#include <cstddef>
#include <span>

namespace akidb::embedding::base {

inline constexpr std::size_t kLongestFloat = 16;  // "-1.17549435e-38", and one to spare

// Writes a finite value at `to`, which has room for kLongestFloat characters (all of them may be written), and returns
// the end of the number. A JSON number: plain digits where the point stands near them, else with an exponent.
char* write_float(float value, char* to) noexcept;

// The same for many, with commas between them; `to` has room for kLongestFloat + 1 characters for each.
char* write_floats(std::span<const float> values, char* to) noexcept;

}  // namespace akidb::embedding::base
