// After a first pass, a forward pass allocates nothing.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>

#include "native/tiny_encoder.hpp"
#include "support/replaced_new.hpp"

namespace {

std::atomic<bool> counting{false};
std::atomic<int> allocations{0};

}  // namespace

void* akidb::embedding::test::allocate(std::size_t bytes) noexcept {
  if (counting.load(std::memory_order_relaxed)) ++allocations;
  return std::malloc(bytes == 0 ? 1 : bytes);
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

}  // namespace
}  // namespace akidb::embedding::test
