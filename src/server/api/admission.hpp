// Admission: how much the server takes on at once, and when it is worth trying again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "server/api/drain_rate.hpp"

namespace akidb::embedding::server {

struct Load {
  std::size_t texts = 0;
  std::size_t bytes = 0;  // of the request's body
};

// Thread-safe. Must outlive its tickets.
class Admission {
 public:
  struct Bounds {
    std::size_t requests = 1'024;
    std::size_t texts = 65'536;
    std::size_t bytes = std::size_t{256} << 20U;
    std::size_t unsent = std::size_t{256} << 20U;  // bytes of answers that wait for their clients
  };

  // Room that is given back when it goes out of scope.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), load_(other.load_), caller_(std::move(other.caller_)) {}
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket() {
      if (admission_ != nullptr) admission_->release(load_, caller_);
    }

   private:
    friend class Admission;
    Ticket(Admission* admission, Load load, std::string caller)
        : admission_(admission), load_(load), caller_(std::move(caller)) {}
    Admission* admission_;
    Load load_;
    std::string caller_;
  };

  // An answer's bytes, from when it is there until it is sent or given up. Must not outlive the Admission.
  class Unsent {
   public:
    Unsent() = default;
    Unsent(Admission& admission, std::size_t bytes) : admission_(&admission), bytes_(bytes) {
      admission.unsent_.fetch_add(bytes, std::memory_order_relaxed);
    }
    Unsent(Unsent&& other) noexcept
        : admission_(std::exchange(other.admission_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Unsent& operator=(Unsent&& other) noexcept {
      std::swap(admission_, other.admission_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Unsent() {
      if (admission_ != nullptr) admission_->unsent_.fetch_sub(bytes_, std::memory_order_relaxed);
    }

   private:
    Admission* admission_ = nullptr;
    std::size_t bytes_ = 0;
  };

  explicit Admission(Bounds bounds, DrainRate::Clock clock = std::chrono::steady_clock::now)
      : bounds_(bounds), rate_(std::move(clock)) {}

  // Nothing where it does not fit, where too much waits for clients that do not read, or where the caller holds half of
  // what there is while others are here too. What is larger than a whole bound fits into an empty server.
  std::optional<Ticket> admit(Load load, std::string caller);

  // How long the present queue takes at the rate of late, in whole seconds from 1 to 60.
  [[nodiscard]] std::chrono::seconds retry_after() const;

  struct Held {
    std::size_t requests = 0;
    Load load;
  };
  [[nodiscard]] Held held() const;
  [[nodiscard]] std::size_t unsent() const noexcept { return unsent_.load(std::memory_order_relaxed); }

  // Whether so much waits for slow readers that those who do not get on have to go.
  [[nodiscard]] bool is_clogged() const noexcept { return unsent() > bounds_.unsent / 2; }
  [[nodiscard]] const Bounds& bounds() const noexcept { return bounds_; }

 private:
  void release(Load load, const std::string& caller);
  [[nodiscard]] bool fits(const Held& held, Load load, std::size_t part) const;

  const Bounds bounds_;
  std::atomic<std::size_t> unsent_{0};
  mutable std::mutex mutex_;
  Held held_;
  std::unordered_map<std::string, Held> by_caller_;
  DrainRate rate_;
};

}  // namespace akidb::embedding::server
