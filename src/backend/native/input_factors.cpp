#include "backend/native/input_factors.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <random>
#include <utility>

#include "backend/native/forward_pass.hpp"
#include "backend/native/kernels/flush_denormals.hpp"
#include "backend/native/kernels/registry.hpp"
#include "backend/native/stored_values.hpp"

namespace akidb::embedding::backend::native {
namespace {

// The greatest size of each input of some linear layers, as their operands come by. Not thread-safe.
class InputSizes final : public ProductObserver {
 public:
  void watch(const PackedLinear& linear) { sizes_[&linear].assign(linear.weights.layout.depth, 0.F); }

  void see(const PackedLinear& linear, const kernels::Product& product) override {
    const auto found = sizes_.find(&linear);
    if (found == sizes_.end()) return;
    auto& sizes = found->second;
    for (std::size_t r = 0; r < product.row_count; ++r) {
      const auto* const row = static_cast<const std::uint8_t*>(product.rows) + r * product.stride;
      const auto [scale, zero] = product.scales[r];
      for (std::size_t i = 0; i < sizes.size(); ++i) {
        sizes[i] = std::max(sizes[i], scale * static_cast<float>(std::abs(row[i] - zero)));
      }
    }
  }

  [[nodiscard]] const std::vector<float>& of(const PackedLinear& linear) const { return sizes_.at(&linear); }

 private:
  std::map<const PackedLinear*, std::vector<float>> sizes_;
};

class Nowhere final : public RowSink {
 public:
  void rows(std::size_t /*sequence*/, std::size_t /*first_token*/, std::span<const float> /*values*/) override {}
};

// Short sequences and a long one of ids from all over the vocabulary. Which ids hardly matters: what is large is so
// in the same columns for nearly all of them.
Result<void> run_samples(const Encoder& encoder) {
  constexpr std::array<std::size_t, 4> kLengths = {128, 1, 2, 4};
  std::mt19937 random(1);
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
  for (const std::size_t length : kLengths) {
    for (std::size_t i = 0; i < std::min(length, encoder.model.max_positions); ++i) {
      ids.push_back(static_cast<std::uint32_t>(random() % encoder.model.vocab_size()));
    }
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
  }
  const kernels::FlushDenormals flush;
  const Team::Lead alone;
  Arena arena;
  Nowhere sink;
  return ForwardPass(encoder, {ids, offsets}, alone, arena, sink).run();
}

// The greatest size of each column.
void take_sizes(const StoredLinear& linear, std::vector<float>& sizes) {
  std::vector<float> copy(sizes.size());
  for (const auto& part : linear.weights) {
    for (std::size_t r = 0; r < part.rows; ++r) {
      const float* row = row_in_place(part, r);
      if (row == nullptr) {
        read_row(part, r, copy.data());
        row = copy.data();
      }
      for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = std::max(sizes[i], std::abs(row[i]));
    }
  }
}

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// sqrt(weight / input) for each column. Inputs below the median count as the median: the sample shows what is large,
// not how small something may become.
std::vector<float> balance(const std::vector<float>& inputs, const std::vector<float>& weights) {
  constexpr float kLeastWeight = 1e-4F;  // of the median
  const float input_floor = median(inputs);
  const float weight_floor = kLeastWeight * median(weights);
  std::vector<float> factors(inputs.size());
  for (std::size_t i = 0; i < factors.size(); ++i) {
    factors[i] = std::sqrt(std::max(weights[i], weight_floor) / std::max(inputs[i], input_floor));
    if (!std::isnormal(factors[i])) factors[i] = 1;
  }
  return factors;
}

// A product whose inputs get factors.
struct Place {
  const PackedLinear& packed;
  const StoredLinear& stored;
  const StoredLinear* second;
  std::vector<float>& factors;
};

std::vector<Place> places_of(const EncoderModel& model, const EncoderWeights& weights, InputFactors& factors) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    const auto& stored = model.layers[i];
    const auto& packed = weights.layers[i];
    places.push_back({packed.query_key_value, stored.query_key_value, nullptr, factors[i].query_key_value});
    places.push_back({packed.up, stored.up, stored.multiplied ? &*stored.multiplied : nullptr, factors[i].up});
    places.push_back({packed.down, stored.down, nullptr, factors[i].down});
  }
  return places;
}

}  // namespace

Result<InputFactors> find_input_factors(const Packing& packing, const EncoderWeights& weights, Executor& executor) {
  const EncoderModel& model = packing.model;
  InputFactors factors(model.layers.size());
  const auto places = places_of(model, weights, factors);
  InputSizes inputs;
  for (const auto& place : places) inputs.watch(place.packed);
  constexpr std::size_t kBlockRows = 64;
  const auto& attention = kernels::attention_of(packing.set, packing.precision);
  const auto ran = run_samples({model, weights, packing.set, attention, kBlockRows, &inputs});
  if (!ran && ran.error().code == ErrorCode::resource_exhausted) return ran.error();
  executor.parallel_for(places.size(), [&](std::size_t at) {
    const auto& place = places[at];
    std::vector<float> sizes(inputs.of(place.packed).size(), 0.F);
    take_sizes(place.stored, sizes);
    if (place.second != nullptr) take_sizes(*place.second, sizes);
    place.factors = ran ? balance(inputs.of(place.packed), sizes) : std::vector<float>(sizes.size(), 1.F);
  });
  return factors;
}

}  // namespace akidb::embedding::backend::native
