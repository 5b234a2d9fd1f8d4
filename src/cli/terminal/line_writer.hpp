// LineWriter: lines for a descriptor that may be stuck, as a pipe is that nobody reads.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace akidb::embedding::cli {

struct LineWriterOptions {
  int descriptor = 2;                                // stays open as long as the process, or until finish() was true
  std::size_t most_bytes = std::size_t{8} << 20U;    // that wait; above it the oldest lines are dropped
  std::function<std::string(std::size_t)> say_lost;  // the line that stands where so many were dropped; any thread
};

// A thread of its own writes. Thread-safe but for finish().
class LineWriter {
 public:
  // Null where no thread is to be had.
  static std::unique_ptr<LineWriter> start(LineWriterOptions options);
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  // Never waits for the descriptor. A line for which no memory is left is dropped, too.
  void put(std::string line) noexcept;

  // Whether all was written within `patience`; if not, the thread is left to itself, and goes with the process. What is
  // put afterwards is dropped.
  bool finish(std::chrono::milliseconds patience);

 private:
  struct State;
  explicit LineWriter(LineWriterOptions options);

  std::shared_ptr<State> state_;  // the thread's, too
  std::thread thread_;
};

}  // namespace akidb::embedding::cli
