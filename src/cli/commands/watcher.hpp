// Shows a stream's progress on a terminal, and what was skipped anywhere.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "cli/flags/values.hpp"
#include "cli/stream/stream.hpp"
#include "cli/terminal/console.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {

class ConsoleWatcher final : public StreamWatcher {
 public:
  // Progress is on by itself where standard error is a terminal and the output (`output_is_terminal`) is
  // not the same one. `before` is where an earlier run was.
  ConsoleWatcher(Console& console, const Values& values, const RecordReader& reader, bool output_is_terminal);

  void skipped(const std::string& where_and_why) override;
  void tick(const StreamCounts& counts) override;

  // Takes the progress line away; the summary where progress was shown, and what was skipped anywhere.
  void done(const StreamCounts& counts, const std::string& where_to);

 private:
  [[nodiscard]] Progress progress(const StreamCounts& counts) const;

  Console& console_;
  bool shows_ = false;
  std::optional<std::uint64_t> bytes_in_all_;
  std::uint64_t bytes_before_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace akidb::embedding::cli
