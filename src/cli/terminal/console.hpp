// Standard error: messages, and one line of progress below them.
#pragma once

#include <akidb/embedding/error.hpp>
#include <akidb/embedding/log.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal/line_writer.hpp"

namespace akidb::embedding::cli {

enum class LogFormat { text, json };

// Thread-safe.
class Console {
 public:
  Console() = default;
  Console(LogLevel lowest, LogFormat format) : lowest_(lowest), format_(format) {}

  // "akidb-embed: warning: ..." or {"time":...,"level":"warning","message":...}; below the lowest level, nothing.
  void say(LogLevel level, std::string_view message);

  // A message with values of their own: "message name=value ..." or fields of the JSON object.
  struct Field {
    std::string_view name;
    std::string text;
    bool is_number = false;
  };
  void event(LogLevel level, std::string_view message, const std::vector<Field>& fields);

  // error_text().
  void fail(const Error& error);

  // Draws over the last line of progress; empty takes it away.
  void progress(const std::string& line);

  // A line for people at the end of the work, without "akidb-embed:"; in JSON a message of level info.
  void summary(const std::string& line);

  // Sends the library's log here. The console must live as long as the process.
  void take_library_log();

  // From now on nobody waits for standard error: lines that it does not take are dropped, the oldest first, and a
  // line tells how many. Before threads use the console.
  void never_wait();

  // The last word: gives what is still to be written a second.
  void finish();

 private:
  [[nodiscard]] std::string line_of(LogLevel level, std::string_view message, const std::vector<Field>& fields) const;
  void put(const std::string& text);
  void write(std::string text);

  std::mutex mutex_;
  LogLevel lowest_ = LogLevel::warning;
  LogFormat format_ = LogFormat::text;
  bool has_progress_ = false;
  std::unique_ptr<LineWriter> writer_;
};

bool input_is_terminal();
bool error_is_terminal();

// Columns of the terminal that standard output (or standard error) is; 0 where it is none.
std::size_t output_columns();
std::size_t error_columns();

}  // namespace akidb::embedding::cli
