#include "base/log.hpp"

#include <atomic>
#include <mutex>
#include <utility>

namespace akidb::embedding {
namespace {

constexpr int kNothing = 1 + static_cast<int>(LogLevel::error);

struct SinkState {
  std::mutex mutex;
  LogSink sink;
  std::atomic<int> lowest{kNothing};
};

// Never destroyed: threads may still log while the process ends.
SinkState& state() {
  static auto* const kState = new SinkState;
  return *kState;
}

}  // namespace

void set_log_sink(LogSink sink, LogLevel lowest) {
  auto& current = state();
  const std::lock_guard lock(current.mutex);
  current.lowest.store(sink ? static_cast<int>(lowest) : kNothing, std::memory_order_relaxed);
  current.sink = std::move(sink);
}

namespace base {

bool log_enabled(LogLevel level) noexcept {
  return static_cast<int>(level) >= state().lowest.load(std::memory_order_relaxed);
}

void log(LogLevel level, std::string_view message) {
  if (!log_enabled(level)) return;
  auto& current = state();
  const std::lock_guard lock(current.mutex);
  if (current.sink) current.sink(level, message);
}

}  // namespace base
}  // namespace akidb::embedding
