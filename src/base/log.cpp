#include "base/log.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <string>
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

constexpr std::string_view kLineEnds = "\r\n";

// The lines of `message` with a space between them.
std::string one_line(std::string_view message) {
  std::string text;
  while (!message.empty()) {
    const auto line = message.substr(0, message.find_first_of(kLineEnds));
    message.remove_prefix(std::min(message.size(), line.size() + 1));
    if (!line.empty()) text.append(text.empty() ? "" : " ").append(line);
  }
  return text;
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
  std::string joined;
  if (message.find_first_of(kLineEnds) != std::string_view::npos) {
    joined = one_line(message);
    message = joined;
  }
  auto& current = state();
  const std::lock_guard lock(current.mutex);
  if (current.sink) current.sink(level, message);
}

}  // namespace base
}  // namespace akidb::embedding
