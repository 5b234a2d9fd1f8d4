#include "providers/hash/hash_backend.hpp"

#include <array>

#include "providers/hash/hash_tokenizer.hpp"

namespace akidb::embedding::providers {
namespace {

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

class HashBackend final : public backend::Backend {
 public:
  HashBackend() {
    info_.name = "hash";
    info_.runtime = "none";
    info_.device = "cpu";
    info_.device_reason = "the hash provider runs on the CPU";
    info_.execution = "in this library";
    info_.dtype = "fp32";
    info_.hidden_size = kHashDimension;
    info_.vocab_size = HashTokenizer::kVocabSize;
    info_.equal_lengths = false;
  }

  [[nodiscard]] const backend::BackendInfo& info() const override { return info_; }

  Result<void> forward(const backend::TokenBatch& batch, backend::Cores /*cores*/, backend::RowSink& sink) override {
    std::array<float, kHashDimension> row{};
    for (std::size_t at = 0; at < batch.sequences(); ++at) {
      for (std::size_t token = 0; token < batch.length(at); ++token) {
        std::uint64_t state = (std::uint64_t{batch.token_ids[batch.offsets[at] + token]} << 24U) ^ token;
        for (float& value : row) {
          // 24 bits, exact in a float, to [-1, 1).
          value = static_cast<float>(next_random(state) >> 40U) * 0x1p-23F - 1.0F;
        }
        sink.rows(at, token, row);
      }
    }
    return {};
  }

 private:
  backend::BackendInfo info_;
};

}  // namespace

std::unique_ptr<backend::Backend> make_hash_backend() { return std::make_unique<HashBackend>(); }

}  // namespace akidb::embedding::providers
