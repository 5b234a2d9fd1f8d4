#include "cli/commands/watcher.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::size_t kNoTerminal = 200;

}  // namespace

ConsoleWatcher::ConsoleWatcher(Console& console, const Values& values, const RecordReader& reader,
                               bool output_is_terminal)
    : console_(console),
      shows_(values.choice_of("progress").value_or(error_is_terminal() && !output_is_terminal)),
      bytes_in_all_(reader.size()),
      bytes_before_(reader.position().bytes) {}

void ConsoleWatcher::skipped(const std::string& where_and_why) {
  console_.say(LogLevel::warning, where_and_why + " (skipped)");
}

Progress ConsoleWatcher::progress(const StreamCounts& counts) const {
  return {counts.rows, counts.tokens, counts.skipped, bytes_before_, counts.position.bytes, bytes_in_all_};
}

void ConsoleWatcher::tick(const StreamCounts& counts) {
  const auto now = std::chrono::steady_clock::now();
  if (!shows_ || now - drawn_ < kRedraw) return;
  drawn_ = now;
  const std::size_t columns = error_columns();
  console_.progress(progress_line(progress(counts), now - started_, columns == 0 ? kNoTerminal : columns));
}

void ConsoleWatcher::done(const StreamCounts& counts, const std::string& where_to) {
  console_.progress("");
  if (shows_) {
    const std::string line = summary_line(progress(counts), std::chrono::steady_clock::now() - started_);
    console_.summary(where_to.empty() ? line : line + " -> " + where_to);
  } else if (counts.skipped > 0) {
    console_.say(LogLevel::warning,
                 grouped(counts.skipped) + (counts.skipped == 1 ? " bad record skipped" : " bad records skipped"));
  }
}

}  // namespace akidb::embedding::cli
