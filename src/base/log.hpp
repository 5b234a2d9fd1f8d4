// The library's side of the log callback.
#pragma once

#include <akidb/embedding/log.hpp>
#include <string_view>

namespace akidb::embedding::base {

// Whether a message of `level` would reach a sink; ask before building a costly message.
bool log_enabled(LogLevel level) noexcept;

// A message of several lines reaches the sink as one, with spaces where the lines met.
void log(LogLevel level, std::string_view message);

}  // namespace akidb::embedding::base
