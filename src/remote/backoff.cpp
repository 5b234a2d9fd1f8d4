#include "remote/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace akidb::embedding::remote {

std::optional<std::chrono::milliseconds> Backoff::before(std::uint32_t number,
                                                         std::optional<std::chrono::seconds> asked,
                                                         double random) const {
  using std::chrono::milliseconds;
  if (number > retries) return std::nullopt;
  const double doubled = static_cast<double>(first.count()) * std::exp2(number - 1.0);
  const double time = std::min(doubled, static_cast<double>(longest.count()));
  if (!asked) return milliseconds(std::llround(time * (0.5 + 0.5 * random)));
  if (*asked > longest_asked) return std::nullopt;
  return *asked + milliseconds(std::llround(time * 0.5 * random));
}

}  // namespace akidb::embedding::remote
