// The library never prints: what it has to say goes to one callback.
#pragma once

#include <functional>
#include <string_view>

namespace akidb::embedding {

enum class LogLevel { debug, info, warning, error };

// Called from any thread, one call at a time. `message` is one line without a line feed, valid during
// the call. Must not call back into the library.
using LogSink = std::function<void(LogLevel level, std::string_view message)>;

// Replaces the sink of the process and the lowest level that reaches it. The default sink is empty:
// messages are dropped. Thread-safe.
void set_log_sink(LogSink sink, LogLevel lowest = LogLevel::info);

}  // namespace akidb::embedding
