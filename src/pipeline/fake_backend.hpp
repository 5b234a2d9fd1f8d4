// A backend for tests: rows that tell where they came from, and a gate that holds its work.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "backend/backend.hpp"

namespace akidb::embedding::pipeline {

// A row is {first id of its sequence, id, place, length of the sequence}. Thread-safe.
class FakeBackend final : public backend::Backend {
 public:
  static constexpr std::size_t kWidth = 4;

  FakeBackend() {
    info_.name = "fake";
    info_.hidden_size = kWidth;
    info_.unit_tokens = 64;
  }

  [[nodiscard]] const backend::BackendInfo& info() const override { return info_; }
  backend::BackendInfo& edit_info() { return info_; }

  // Forward passes wait from close() until open().
  void close() { set_open(false); }
  void open() { set_open(true); }
  void wait_until_entered(int passes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return entered_ >= passes; });
  }

  Result<void> forward(const backend::TokenBatch& batch, backend::Cores cores, backend::RowSink& sink) override {
    {
      std::unique_lock lock(mutex_);
      ++entered_;
      sequences_ += static_cast<int>(batch.sequences());
      on_all_cores_ += cores == backend::Cores::all ? 1 : 0;
      for (std::size_t at = 0; at < batch.sequences(); ++at) order_.push_back(batch.token_ids[batch.offsets[at]]);
      changed_.notify_all();
      changed_.wait(lock, [&] { return open_; });
    }
    if (fail_with) return *fail_with;
    for (const auto id : batch.token_ids) {
      if (id == poison) return Error{ErrorCode::data_corrupt, "poison", {}, 0};
    }
    for (std::size_t at = 0; at < batch.sequences(); ++at) {
      const auto first = batch.token_ids[batch.offsets[at]];
      for (std::size_t token = 0; token < batch.length(at); ++token) {
        const float row[kWidth] = {static_cast<float>(first),
                                   static_cast<float>(batch.token_ids[batch.offsets[at] + token]),
                                   static_cast<float>(token), static_cast<float>(batch.length(at))};
        sink.rows(at, token, row);
      }
    }
    return {};
  }

  [[nodiscard]] int passes() const { return locked(entered_); }
  [[nodiscard]] int sequences() const { return locked(sequences_); }
  [[nodiscard]] int passes_on_all_cores() const { return locked(on_all_cores_); }
  // First ids of the sequences, in the order in which they were computed.
  [[nodiscard]] std::vector<std::uint32_t> order() const {
    const std::lock_guard lock(mutex_);
    return order_;
  }

  std::optional<Error> fail_with;
  std::optional<std::uint32_t> poison;  // an id that fails whatever sequence it is in

 private:
  void set_open(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  [[nodiscard]] int locked(const int& value) const {
    const std::lock_guard lock(mutex_);
    return value;
  }

  backend::BackendInfo info_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int entered_ = 0;
  int sequences_ = 0;
  int on_all_cores_ = 0;
  std::vector<std::uint32_t> order_;
};

}  // namespace akidb::embedding::pipeline
