#include "server/api/admission.hpp"

#include <algorithm>
#include <cmath>

namespace akidb::embedding::server {
namespace {

void add(Admission::Held& held, Load load) {
  ++held.requests;
  held.load.texts += load.texts;
  held.load.bytes += load.bytes;
}

void subtract(Admission::Held& held, Load load) {
  --held.requests;
  held.load.texts -= load.texts;
  held.load.bytes -= load.bytes;
}

}  // namespace

// Whether the load fits into one `part`th of the bounds.
bool Admission::fits(const Held& held, Load load, std::size_t part) const {
  if (held.requests == 0) return true;
  return held.requests < std::max<std::size_t>(1, bounds_.requests / part) &&
         held.load.texts + load.texts <= bounds_.texts / part && held.load.bytes + load.bytes <= bounds_.bytes / part;
}

std::optional<Admission::Ticket> Admission::admit(Load load, std::string caller) {
  if (unsent() >= bounds_.unsent) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (!fits(held_, load, 1)) return std::nullopt;
  auto& own = by_caller_[caller];
  const bool has_others = held_.requests > own.requests;
  if (has_others && !fits(own, load, 2)) return std::nullopt;
  add(held_, load);
  add(own, load);
  return Ticket(this, load, std::move(caller));
}

void Admission::release(Load load, const std::string& caller) {
  const std::lock_guard lock(mutex_);
  subtract(held_, load);
  rate_.count(load.texts);
  const auto own = by_caller_.find(caller);
  subtract(own->second, load);
  if (own->second.requests == 0) by_caller_.erase(own);
}

std::chrono::seconds Admission::retry_after() const {
  const std::lock_guard lock(mutex_);
  const double rate = rate_.per_second();
  const double seconds = rate > 0 ? static_cast<double>(held_.load.texts) / rate : 1;
  return std::chrono::seconds(static_cast<std::int64_t>(std::clamp(std::ceil(seconds), 1.0, 60.0)));
}

Admission::Held Admission::held() const {
  const std::lock_guard lock(mutex_);
  return held_;
}

}  // namespace akidb::embedding::server
