#include "server/grpc/live_calls.hpp"

namespace akidb::embedding::server {

bool LiveCalls::add(const std::shared_ptr<LiveCall>& call) {
  const std::lock_guard lock(mutex_);
  if (calls_.size() >= most_) return false;
  calls_.emplace(call.get(), call);
  count_.add(1);
  return true;
}

void LiveCalls::remove(LiveCall* call) {
  std::shared_ptr<LiveCall> last;  // ends outside of the lock
  const std::lock_guard lock(mutex_);
  const auto found = calls_.find(call);
  if (found == calls_.end()) return;
  last = std::move(found->second);
  calls_.erase(found);
  count_.add(-1);
  if (calls_.empty()) emptied_.notify_all();
}

std::size_t LiveCalls::size() const {
  const std::lock_guard lock(mutex_);
  return calls_.size();
}

void LiveCalls::wait_until_empty() const {
  std::unique_lock lock(mutex_);
  emptied_.wait(lock, [&] { return calls_.empty(); });
}

std::vector<std::shared_ptr<LiveCall>> LiveCalls::all() const {
  std::vector<std::shared_ptr<LiveCall>> calls;
  const std::lock_guard lock(mutex_);
  calls.reserve(calls_.size());
  for (const auto& [raw, call] : calls_) calls.push_back(call);
  return calls;
}

}  // namespace akidb::embedding::server
