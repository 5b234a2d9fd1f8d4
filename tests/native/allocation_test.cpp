// What forward passes do about memory: after the first, one thread allocates nothing, and many do with what there is.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "native/tiny_encoder.hpp"
#include "support/replaced_new.hpp"

namespace {

std::atomic<bool> counting{false};
std::atomic<bool> failing{false};
std::atomic<int> allocations{0};

}  // namespace

void* akidb::embedding::test::allocate(std::size_t bytes) noexcept {
  if (counting.load(std::memory_order_relaxed)) ++allocations;
  return failing.load(std::memory_order_relaxed) ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

namespace akidb::embedding::test {
namespace {

using backend::native::kernels::Precision;

class Nowhere final : public backend::RowSink {
 public:
  void rows(std::size_t /*sequence*/, std::size_t /*first_token*/, std::span<const float> values) override {
    seen_ += values.size();
  }
  [[nodiscard]] std::size_t seen() const { return seen_; }

 private:
  std::size_t seen_ = 0;
};

TEST(NativeBackend, AllocatesNothingOnceItIsWarm) {
  for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    const auto backend = open_tiny({}, 2, precision);
    std::mt19937 random(3);
    Batch batch;
    for (int i = 0; i < 12; ++i) batch.add(random_sequence(random, 24));
    const backend::TokenBatch view{batch.ids, batch.offsets};
    Nowhere sink;
    ASSERT_TRUE(backend->forward(view, backend::Cores::one, sink));
    allocations = 0;
    counting = true;
    for (int round = 0; round < 50; ++round) {
      const auto outcome = backend->forward(view, backend::Cores::one, sink);
      if (!outcome) break;
    }
    counting = false;
    EXPECT_EQ(allocations, 0);
    EXPECT_EQ(sink.seen(), 51 * batch.ids.size() * backend->info().hidden_size);
  }
}

TEST(NativeBackend, GoesOnWithoutMemoryToCallOtherCores) {
  const auto backend = open_tiny({}, 3, Precision::fp32);
  std::mt19937 random(3);
  Batch batch;
  for (int i = 0; i < 12; ++i) batch.add(random_sequence(random, 24));
  const backend::TokenBatch view{batch.ids, batch.offsets};
  Nowhere sink;
  // Each core that may take part keeps memory of its own.
  for (int round = 0; round < 20; ++round) ASSERT_TRUE(backend->forward(view, backend::Cores::all, sink));
  const std::size_t before = sink.seen();
  allocations = 0;
  counting = true;
  failing = true;
  std::size_t rounds = 0;
  std::size_t passed = 0;
  // Helpers of the pass before are not called again, so they are let go; a call needs memory now and then.
  for (; rounds < 20'000 && allocations < 5; ++rounds) {
    passed += backend->forward(view, backend::Cores::all, sink) ? 1 : 0;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  failing = false;
  counting = false;
  EXPECT_GE(allocations, 5) << "nothing failed: the test shows nothing";
  EXPECT_EQ(passed, rounds);
  EXPECT_EQ(sink.seen() - before, rounds * batch.ids.size() * backend->info().hidden_size);
}

}  // namespace
}  // namespace akidb::embedding::test
