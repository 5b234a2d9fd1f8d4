// Gives a stream of bytes to several workers at once, each on a thread of its own: while a download is received, what
// came before is hashed and written.
#pragma once

#include <akidb/embedding/result.hpp>
#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

namespace akidb::embedding::hub {

// Used by one thread. Each worker is given all bytes in their order; whoever appends waits for the slowest, so that
// no more than a few megabytes are on their way. Threads begin with the first piece that is full: a small file
// needs none, and where none is to be had the work is done in append().
class StreamTee {
 public:
  using Work = std::function<Result<void>(std::span<const std::byte>)>;

  explicit StreamTee(std::vector<Work> works);

  // What was appended and not flushed is still worked on as far as it can be.
  ~StreamTee();
  StreamTee(const StreamTee&) = delete;
  StreamTee& operator=(const StreamTee&) = delete;

  // The error may be a worker's about an earlier piece. After one, no worker is given any more.
  Result<void> append(std::span<const std::byte> bytes);

  // Waits until every worker has had all; then the caller may use what the workers use.
  Result<void> flush();

 private:
  struct Worker {
    Work work;
    std::uint64_t done = 0;  // pieces
    std::thread thread{};
  };
  using Piece = std::vector<std::byte>;
  static constexpr std::size_t kPieces = 8;

  bool start();
  void serve(Worker& worker);
  void stop() noexcept;
  Result<void> hand_over();
  Result<void> work_here();
  [[nodiscard]] std::uint64_t done_by_all() const;
  [[nodiscard]] Piece& piece(std::uint64_t number) { return pieces_[number % kPieces]; }

  std::array<Piece, kPieces> pieces_{};
  std::mutex mutex_{};
  std::condition_variable handed_over_{};
  std::condition_variable worked_{};
  std::list<Worker> workers_{};
  std::uint64_t pieces_handed_over_ = 0;  // the piece of this number is being filled
  std::optional<Error> failure_{};
  bool runs_ = false;
  bool has_no_threads_ = false;  // none were to be had
  bool quit_ = false;
};

}  // namespace akidb::embedding::hub
