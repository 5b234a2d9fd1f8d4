#include "server/api/drain_rate.hpp"

#include <algorithm>

namespace akidb::embedding::server {

void DrainRate::count(std::size_t texts) {
  const auto now = second();
  auto& slot = slots_[static_cast<std::size_t>(now) % kSlots];
  if (slot.second != now) slot = {now, 0};
  slot.texts += texts;
}

double DrainRate::per_second() const {
  const auto now = second();
  const auto oldest = now - static_cast<std::int64_t>(kSlots);
  std::size_t texts = 0;
  std::int64_t first = now;
  for (const auto& slot : slots_) {
    if (slot.second <= oldest || slot.texts == 0) continue;
    texts += slot.texts;
    first = std::min(first, slot.second);
  }
  const std::chrono::duration<double> span = clock_() - (start_ + std::chrono::seconds(first));
  return static_cast<double>(texts) / std::max(span.count(), 0.1);
}

}  // namespace akidb::embedding::server
