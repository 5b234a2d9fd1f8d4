// LiveCalls: the calls that are under way, so that they can be told what happens to the server.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "server/api/metric.hpp"

namespace akidb::embedding::server {

class LiveCall {
 public:
  using Clock = std::chrono::steady_clock;

  LiveCall() = default;
  virtual ~LiveCall() = default;
  LiveCall(const LiveCall&) = delete;
  LiveCall& operator=(const LiveCall&) = delete;

  // Ends when nothing is under way, else after the answers.
  virtual void drain() = 0;

  // Ends what has waited for its client for too long.
  virtual void check_time(Clock::time_point /*now*/) {}

  // A model came or went, or the server is about to stop.
  virtual void state_changed() {}
};

// Owns the calls. Thread-safe.
class LiveCalls {
 public:
  // `count` follows their number.
  LiveCalls(std::size_t most, Gauge& count) : most_(most), count_(count) {}

  // Whether there is room for another one; where there is, it is kept until it is removed.
  bool add(const std::shared_ptr<LiveCall>& call);
  void remove(LiveCall* call);

  template <class Action>
  void each(Action action) const {
    for (const auto& call : all()) action(*call);
  }

  [[nodiscard]] std::size_t size() const;
  void wait_until_empty() const;

 private:
  [[nodiscard]] std::vector<std::shared_ptr<LiveCall>> all() const;

  const std::size_t most_;
  Gauge& count_;
  mutable std::mutex mutex_;
  mutable std::condition_variable emptied_;
  std::unordered_map<LiveCall*, std::shared_ptr<LiveCall>> calls_;
};

}  // namespace akidb::embedding::server
