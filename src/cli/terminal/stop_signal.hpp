// Ctrl-C and SIGTERM: the first asks the program to end well, the second ends it at once.
#pragma once

namespace akidb::embedding::cli {

// A closed pipe ends the program quietly, as it ends others, and a file size limit is a write error.
void install_signal_handlers();

// For work that asks stop_requested().
void install_stop_handlers();

[[nodiscard]] bool stop_requested() noexcept;

// Readable once a stop was asked for, for poll(); -1 before install_stop_handlers().
[[nodiscard]] int stop_descriptor() noexcept;

}  // namespace akidb::embedding::cli
