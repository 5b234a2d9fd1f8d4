#include "remote/circuit_breaker.hpp"

#include <string>

namespace akidb::embedding::remote {

Result<void> CircuitBreaker::admit(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (!open_until_) return {};
  if (now >= *open_until_ && !trying_) {
    trying_ = true;
    return {};
  }
  const auto left = std::chrono::ceil<std::chrono::seconds>(*open_until_ - now).count();
  return Error{ErrorCode::unavailable,
               "the server has failed " + std::to_string(failures_) + " times in a row and is " +
                   (trying_ ? "being tried again" : "left alone for " + std::to_string(left) + " more seconds"),
               {},
               {}};
}

void CircuitBreaker::record(Outcome outcome, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  switch (outcome) {
    case Outcome::answered:
      failures_ = 0;
      open_until_.reset();
      trying_ = false;
      break;
    case Outcome::failed:
      ++failures_;
      if (failures_ >= most_ || trying_) open_until_ = now + rest_;
      trying_ = false;
      break;
    case Outcome::abandoned: trying_ = false; break;
  }
}

}  // namespace akidb::embedding::remote
