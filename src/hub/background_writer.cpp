#include "hub/background_writer.hpp"

#include <system_error>
#include <utility>

namespace akidb::embedding::hub {
namespace {

constexpr std::size_t kPiece = std::size_t{512} * 1024;

}  // namespace

BackgroundWriter::~BackgroundWriter() {
  if (wait() && !collected_.empty()) static_cast<void>(file_.append(collected_).has_value());
  if (!thread_.joinable()) return;
  state_.store(State::quit);
  state_.notify_one();
  thread_.join();
}

Result<void> BackgroundWriter::append(std::span<const std::byte> bytes) {
  collected_.insert(collected_.end(), bytes.begin(), bytes.end());
  size_ += bytes.size();
  return collected_.size() < kPiece ? Result<void>() : hand_over();
}

// Gives what was collected to the thread; small files never get as far.
Result<void> BackgroundWriter::hand_over() {
  if (auto waited = wait(); !waited) return waited;
  if (!thread_.joinable() && !has_no_thread_) {
    try {
      thread_ = std::thread([this] { serve(); });
    } catch (const std::system_error&) {
      has_no_thread_ = true;
    }
  }
  if (has_no_thread_) return flush();
  std::swap(collected_, written_);
  collected_.clear();
  state_.store(State::work, std::memory_order_release);
  state_.notify_one();
  return {};
}

Result<void> BackgroundWriter::wait() {
  state_.wait(State::work, std::memory_order_acquire);
  if (failure_) return *failure_;
  return {};
}

Result<void> BackgroundWriter::flush() {
  if (auto waited = wait(); !waited) return waited;
  if (auto appended = file_.append(collected_); !appended) {
    failure_ = appended.error();
    return appended;
  }
  collected_.clear();
  return {};
}

Result<void> BackgroundWriter::clear() {
  if (auto waited = wait(); !waited) return waited;
  collected_.clear();
  size_ = 0;
  return file_.clear();
}

void BackgroundWriter::serve() {
  while (true) {
    state_.wait(State::idle, std::memory_order_acquire);
    if (state_.load(std::memory_order_acquire) == State::quit) return;
    if (auto appended = file_.append(written_); !appended) failure_ = appended.error();
    state_.store(State::idle, std::memory_order_release);
    state_.notify_one();
  }
}

}  // namespace akidb::embedding::hub
