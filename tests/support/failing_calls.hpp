// Calls of the system that fail at the test's word: the test program adds failing_calls.cpp and replaced_new.cpp to its
// sources. As a library, it does the same to any program that has it in LD_PRELOAD (allocations aside).
#pragma once

namespace akidb::embedding::test {

// Those of files are counted on regular files and folders only.
enum class Call { none, allocation, open, read, write, sync, rename, map };

const char* name_of(Call call) noexcept;

// While it lives, the `nth` call of a kind by any thread fails, counted from 1; and all behind it, where they `last`.
class FailingCalls {
 public:
  FailingCalls(Call call, int nth, bool last) noexcept;
  ~FailingCalls();
  FailingCalls(const FailingCalls&) = delete;
  FailingCalls& operator=(const FailingCalls&) = delete;

  // Whether the call of the last one came.
  [[nodiscard]] static bool has_failed() noexcept;
};

// While it lives, calls by its thread neither fail nor count.
class Spared {
 public:
  Spared() noexcept;
  ~Spared();
  Spared(const Spared&) = delete;
  Spared& operator=(const Spared&) = delete;
};

}  // namespace akidb::embedding::test
