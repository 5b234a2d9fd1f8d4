// Writes a file behind its user: while one half of a megabyte is on its way to the disk, the next is collected. With a
// second core, a download that is hashed as it comes does not wait for the disk as well.
#pragma once

#include <akidb/embedding/result.hpp>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "hub/partial_file.hpp"

namespace akidb::embedding::hub {

// Used by one thread. The file must outlive it, and belongs to it: nobody else may touch it before flush() or clear().
// What was appended and not flushed is written by the destructor as far as it can be.
class BackgroundWriter {
 public:
  explicit BackgroundWriter(PartialFile& file) : file_(file), size_(file.size()) {}
  ~BackgroundWriter();
  BackgroundWriter(const BackgroundWriter&) = delete;
  BackgroundWriter& operator=(const BackgroundWriter&) = delete;

  // Of the file, once all is written.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  // The error may be that of an earlier piece. Nothing may be appended after one.
  Result<void> append(std::span<const std::byte> bytes);

  // Waits until all is written.
  Result<void> flush();

  // Drops all that is there.
  Result<void> clear();

 private:
  enum class State : std::uint8_t { idle, work, quit };
  void serve();
  Result<void> hand_over();
  Result<void> wait();

  PartialFile& file_;
  std::uint64_t size_;
  std::vector<std::byte> collected_{};
  std::vector<std::byte> written_{};  // the thread's, while there is work
  std::optional<Error> failure_{};
  std::atomic<State> state_{State::idle};
  std::thread thread_{};
  bool has_no_thread_ = false;  // none was to be had
};

}  // namespace akidb::embedding::hub
