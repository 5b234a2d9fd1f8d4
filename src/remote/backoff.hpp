// How long to wait before a call is tried again.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace akidb::embedding::remote {

struct Backoff {
  std::uint32_t retries = 5;
  std::chrono::milliseconds first{500};  // doubled with each further one
  std::chrono::milliseconds longest{20'000};
  std::chrono::seconds longest_asked{60};  // a server that asks for more is not waited for

  // Before retry `number` (from 1), or nothing where there shall be none. `asked` is the server's Retry-After, before
  // which no retry goes out. `random`, from 0 to 1, spreads clients that failed together: over the upper half of the
  // time, or behind what was asked.
  [[nodiscard]] std::optional<std::chrono::milliseconds> before(std::uint32_t number,
                                                                std::optional<std::chrono::seconds> asked,
                                                                double random) const;
};

}  // namespace akidb::embedding::remote
