#include "hub/stream_tee.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/guard_memory.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{256} * 1024;  // all of them fit a second-level cache

}  // namespace

StreamTee::StreamTee(std::vector<Work> works) {
  for (auto& work : works) workers_.push_back({std::move(work)});
}

StreamTee::~StreamTee() {
  static_cast<void>(flush().has_value());
  stop();
}

Result<void> StreamTee::append(std::span<const std::byte> bytes) {
  if (!runs_ && failure_) return *failure_;
  while (!bytes.empty()) {
    Piece& filling = piece(pieces_handed_over_);
    if (filling.capacity() < kPieceBytes) filling.reserve(kPieceBytes);
    const auto part = bytes.first(std::min(bytes.size(), kPieceBytes - filling.size()));
    filling.insert(filling.end(), part.begin(), part.end());
    bytes = bytes.subspan(part.size());
    if (filling.size() < kPieceBytes) return {};
    if (auto handed = start() ? hand_over() : work_here(); !handed) return handed;
  }
  return {};
}

Result<void> StreamTee::flush() {
  if (!runs_) return work_here();
  if (!piece(pieces_handed_over_).empty()) {
    if (auto handed = hand_over(); !handed) return handed;
  }
  std::unique_lock lock(mutex_);
  worked_.wait(lock, [this] { return done_by_all() == pieces_handed_over_; });
  if (failure_) return *failure_;
  return {};
}

bool StreamTee::start() {
  if (runs_ || has_no_threads_) return runs_;
  try {
    for (auto& worker : workers_) worker.thread = std::thread([this, &worker] { serve(worker); });
    runs_ = true;
  } catch (const std::system_error&) {
    has_no_threads_ = true;
    stop();
  }
  return runs_;
}

void StreamTee::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
  }
  handed_over_.notify_all();
  for (auto& worker : workers_) {
    if (worker.thread.joinable()) worker.thread.join();
  }
}

// Returns when there is an empty piece to fill.
Result<void> StreamTee::hand_over() {
  {
    std::unique_lock lock(mutex_);
    ++pieces_handed_over_;
    handed_over_.notify_all();
    worked_.wait(lock, [this] { return pieces_handed_over_ - done_by_all() < kPieces; });
    if (failure_) return *failure_;
  }
  piece(pieces_handed_over_).clear();
  return {};
}

// Without threads: the piece is filled again.
Result<void> StreamTee::work_here() {
  Piece& filled = piece(pieces_handed_over_);
  for (auto& worker : workers_) {
    if (failure_ || filled.empty()) break;
    if (auto worked = worker.work(filled); !worked) failure_ = worked.error();
  }
  filled.clear();
  if (failure_) return *failure_;
  return {};
}

void StreamTee::serve(Worker& worker) {
  std::unique_lock lock(mutex_);
  while (true) {
    handed_over_.wait(lock, [&] { return quit_ || worker.done < pieces_handed_over_; });
    if (worker.done == pieces_handed_over_) return;
    const Piece& next = piece(worker.done);
    const bool failed = failure_.has_value();
    lock.unlock();
    auto worked = failed ? Result<void>() : base::guard_memory("download a file", [&] { return worker.work(next); });
    lock.lock();
    if (!worked && !failure_) failure_ = worked.error();
    ++worker.done;
    worked_.notify_one();
  }
}

std::uint64_t StreamTee::done_by_all() const {
  std::uint64_t least = pieces_handed_over_;
  for (const auto& worker : workers_) least = std::min(least, worker.done);
  return least;
}

}  // namespace akidb::embedding::hub
