#include "backend/onnx/self_check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace akidb::embedding::backend::onnx {
namespace {

using Rows = std::vector<std::vector<float>>;  // by sequence

class Collect final : public RowSink {
 public:
  explicit Collect(Rows& rows) : rows_(rows) {}
  void rows(std::size_t sequence, std::size_t /*first_token*/, std::span<const float> values) override {
    rows_[sequence].insert(rows_[sequence].end(), values.begin(), values.end());
  }

 private:
  Rows& rows_;
};

// Short, and longer than the shortest fixed shape; one alone and two together.
constexpr std::array<std::size_t, 3> kLengths = {2, 7, 19};

// Ids all over the vocabulary, the same at every start.
std::vector<std::uint32_t> some_ids(std::size_t count, std::size_t vocab_size) {
  std::vector<std::uint32_t> ids;
  std::uint64_t state = 12'345;
  for (std::size_t at = 0; at < count; ++at) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    // Where the vocabulary is unknown: two tokens that every one has.
    ids.push_back(static_cast<std::uint32_t>((state >> 33U) % std::max<std::size_t>(2, vocab_size)));
  }
  return ids;
}

Result<Rows> run(Backend& backend, const std::vector<std::uint32_t>& ids, std::size_t sequences) {
  std::vector<std::uint32_t> offsets;
  for (std::size_t at = 0; at <= sequences; ++at) {
    offsets.push_back(static_cast<std::uint32_t>(at * ids.size() / sequences));
  }
  Rows rows(sequences);
  Collect sink(rows);
  if (auto outcome = backend.forward({ids, offsets}, Cores::one, sink); !outcome) return outcome.error();
  return rows;
}

Error differs(const std::string& what) {
  return {ErrorCode::unavailable, "its vectors are not those of the CPU: " + what, {}, {}};
}

Result<void> compare_row(std::span<const float> device, std::span<const float> cpu, SelfCheck& check) {
  double dot = 0;
  double length = 0;
  double cpu_length = 0;
  for (std::size_t at = 0; at < device.size(); ++at) {
    const double value = device[at];
    if (!std::isfinite(value)) return differs("a value is not finite");
    dot += value * cpu[at];
    length += value * value;
    cpu_length += static_cast<double>(cpu[at]) * cpu[at];
  }
  ++check.vectors;
  if (cpu_length == 0 && length == 0) return {};
  if (length == 0) return differs("a vector is zero");
  const double cosine = cpu_length == 0 ? 0 : dot / std::sqrt(length * cpu_length);
  check.least_cosine = std::min(check.least_cosine, cosine);
  if (cosine >= kLeastCosine) return {};
  std::array<char, 96> words{};
  std::snprintf(words.data(), words.size(), "a cosine is %.6f, expected at least %.3f", cosine, kLeastCosine);
  return differs(words.data());
}

}  // namespace

Result<SelfCheck> compare_with_cpu(Backend& device, Backend& cpu) {
  const auto& info = cpu.info();
  const std::size_t width = std::max<std::size_t>(1, info.hidden_size);
  SelfCheck check;
  for (const std::size_t wanted : kLengths) {
    const std::size_t length = info.max_positions == 0 ? wanted : std::min(wanted, info.max_positions);
    for (const std::size_t sequences : {std::size_t{1}, std::size_t{2}}) {
      const auto ids = some_ids(length * sequences, info.vocab_size);
      const auto expected = run(cpu, ids, sequences);
      if (!expected) return expected.error();
      const auto got = run(device, ids, sequences);
      if (!got) return got.error();
      for (std::size_t at = 0; at < sequences; ++at) {
        const auto& a = (*got)[at];
        const auto& b = (*expected)[at];
        if (a.size() != b.size()) return differs("they have another number of values");
        for (std::size_t row = 0; row + width <= a.size(); row += width) {
          auto same = compare_row(std::span(a).subspan(row, width), std::span(b).subspan(row, width), check);
          if (!same) return same.error();
        }
      }
    }
  }
  return check;
}

}  // namespace akidb::embedding::backend::onnx
