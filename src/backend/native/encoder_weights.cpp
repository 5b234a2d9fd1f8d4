// Two passes over the same walk through the model: the first adds up the memory that everything takes, the second
// hands it out and notes the work; then the work is done on all cores. Over memory that an earlier start has packed,
// the second pass only hands out.
#include "backend/native/encoder_weights.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "backend/native/kernels/registry.hpp"
#include "backend/native/layer_spreads.hpp"
#include "backend/native/panel_work.hpp"
#include "backend/native/stored_values.hpp"
#include "base/guard_memory.hpp"

namespace akidb::embedding::backend::native {
namespace {

using base::LargeMemory;

// Of a product by fixed-point numbers (product_spread.hpp).
constexpr double kWidestSpread = 128;

using Work = std::vector<std::function<Result<void>()>>;

class Packer {
 public:
  Packer(const Packing& packing, bool has_factors, const InputFactors& factors = {})
      : model_(packing.model),
        set_(packing.set),
        has_factors_(has_factors),
        factors_(factors),
        products_(kernels::products_of(packing.set, packing.precision)) {
    if (products_.measure != nullptr) spreads_ = spreads_of(packing.model);
  }

  std::size_t measure() {
    EncoderWeights weights;
    walk(weights);
    return used_;
  }

  Result<std::unique_ptr<const EncoderWeights>> pack(Executor& executor) {
    auto weights = std::make_unique<EncoderWeights>();
    weights->owner = model_.owner;
    add_positions(*weights);
    walk(*weights);
    weights->memory = LargeMemory::get(used_);
    if (weights->memory.data() == nullptr) {
      return Error{ErrorCode::resource_exhausted,
                   "not enough memory for the " + std::to_string(used_ >> 20) + " MiB of the model's weights",
                   {},
                   {}};
    }
    memory_ = weights->memory.data();
    writes_ = true;
    used_ = 0;
    walk(*weights);
    if (problem_) return *problem_;
    set_first_inputs(spreads_, model_, *weights);
    if (auto done = do_work(executor, work_); !done) return std::move(done).error();
    if (!spreads_.empty()) {
      set_second_inputs(spreads_, model_, *weights);
      if (auto done = do_work(executor, second_work_); !done) return std::move(done).error();
      weights->too_wide = widest(spreads_) > kWidestSpread;
    }
    return std::unique_ptr<const EncoderWeights>(std::move(weights));
  }

  Result<std::unique_ptr<const EncoderWeights>> view(PackedFile file) {
    auto weights = std::make_unique<EncoderWeights>();
    weights->owner = model_.owner;
    weights->file = std::move(file);
    add_positions(*weights);
    // Nothing is written through it.
    memory_ = const_cast<std::byte*>(weights->file->memory().data());  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    walk(*weights);
    if (problem_) return *problem_;
    return std::unique_ptr<const EncoderWeights>(std::move(weights));
  }

 private:
  // Null where memory is only added up.
  std::byte* reserve(std::size_t bytes) {
    std::byte* const place = memory_ == nullptr ? nullptr : memory_ + used_;
    used_ += LargeMemory::rounded(bytes);
    return place;
  }
  float* reserve_floats(std::size_t count) { return reinterpret_cast<float*>(reserve(count * sizeof(float))); }

  void walk(EncoderWeights& weights) {
    weights.word_table = table(model_.word_embeddings);
    if (model_.position_embeddings) weights.position_table = checked_table(*model_.position_embeddings);
    if (model_.type_embeddings) weights.type_table = checked_table(*model_.type_embeddings);
    weights.embeddings_norm = norm(model_.embeddings_norm);
    weights.layers.resize(model_.layers.size());
    for (std::size_t i = 0; i < model_.layers.size(); ++i) layer(i, weights.layers[i]);
    if (model_.final_norm) weights.final_norm = norm(*model_.final_norm);
  }

  void layer(std::size_t index, EncoderLayer& out) {
    static const LayerFactors kNone;
    const StoredLayer& stored = model_.layers[index];
    const LayerFactors& factors = factors_.empty() ? kNone : factors_[index];
    if (stored.attention_norm) out.attention_norm = norm(*stored.attention_norm);
    LayerSpreads* const spreads = spreads_.empty() ? nullptr : &spreads_[index];
    const auto spread = [spreads](ProductSpread LayerSpreads::*product) {
      return spreads == nullptr ? nullptr : &(spreads->*product);
    };
    linear({stored.query_key_value, nullptr, has_factors_, factors.query_key_value,
            spread(&LayerSpreads::query_key_value)},
           out.query_key_value, work_);
    linear({stored.attention_output, nullptr, false, {}, spread(&LayerSpreads::attention_output)}, out.attention_output,
           behind_first());
    linear({stored.up, stored.multiplied ? &*stored.multiplied : nullptr, has_factors_, factors.up,
            spread(&LayerSpreads::up)},
           out.up, work_);
    linear({stored.down, nullptr, has_factors_, factors.down, spread(&LayerSpreads::down)}, out.down, behind_first());
    out.output_norm = norm(stored.output_norm);
  }

  // Rows of a table of embeddings. What is not finite there is met when it is used: to read every word's row would take
  // longer than the packing.
  const float* table(const StoredTensor& tensor) {
    if (const float* const in_place = row_in_place(tensor, 0)) return in_place;
    float* const out = reserve_floats(tensor.rows * tensor.columns);
    if (!writes_) return out;
    constexpr std::size_t kRows = 1'024;
    for (std::size_t first = 0; first < tensor.rows; first += kRows) {
      work_.emplace_back([&tensor, out, first]() -> Result<void> {
        for (std::size_t row = first; row < std::min(tensor.rows, first + kRows); ++row) {
          read_row(tensor, row, out + row * tensor.columns);
        }
        return {};
      });
    }
    return out;
  }

  const float* checked_table(const StoredTensor& tensor) {
    const float* const rows = table(tensor);
    if (!writes_) return rows;
    work_.emplace_back([this, &tensor]() -> Result<void> {
      std::vector<float> row(tensor.columns);
      for (std::size_t at = 0; at < tensor.rows; ++at) {
        read_row(tensor, at, row.data());
        if (!set_.rows.all_finite(row.data(), row.size())) return not_finite(tensor);
      }
      return {};
    });
    return rows;
  }

  const float* vector(const StoredTensor& tensor) {
    float* const out = reserve_floats(tensor.columns);
    if (!writes_) return out;
    read_row(tensor, 0, out);
    if (!set_.rows.all_finite(out, tensor.columns)) problem_ = not_finite(tensor);
    return out;
  }

  NormVectors norm(const StoredNorm& stored) {
    return {vector(stored.weight), stored.bias ? vector(*stored.bias) : nullptr};
  }

  struct LinearSource {
    const StoredLinear& first;
    const StoredLinear* second;  // null unless gated
    bool scaled;
    std::span<const float> factors;
    ProductSpread* spread;  // null where nobody measures it
  };

  // What waits for the rows of the layers' first products to be measured, where they are.
  Work& behind_first() { return spreads_.empty() ? work_ : second_work_; }

  void linear(const LinearSource& source, PackedLinear& out, Work& work) {
    const auto& [first, second, scaled, factors, spread] = source;
    const StackedRows rows(first);
    out.kernels = &products_;
    auto& layout = out.weights.layout;
    layout = products_.layout(rows.count(), rows.depth());
    out.outputs = rows.count();
    if (second != nullptr) {
      const std::size_t half = layout.panel_columns / 2;
      const std::size_t panels = (rows.count() + half - 1) / half;
      layout = products_.layout(panels * layout.panel_columns, rows.depth());
      out.outputs = panels * half;
    }
    out.weights.gated = second != nullptr;
    out.bias = biases(first, second, out);
    out.input_factors = scaled ? copied(factors, rows.depth()) : nullptr;
    std::byte* const panels = reserve(layout.panels * layout.panel_bytes);
    out.weights.panels = panels;
    if (writes_) add_panels({out, panels, first, second, spread}, work);
  }

  void add_panels(const PanelWork& panels, Work& work) {
    constexpr std::size_t kPanels = 4;
    for (std::size_t first = 0; first < panels.panels(); first += kPanels) {
      work.emplace_back([panels, first, this]() -> Result<void> {
        for (std::size_t panel = first; panel < std::min(panels.panels(), first + kPanels); ++panel) {
          if (auto packed = panels.pack(panel, set_); !packed) return packed;
        }
        return {};
      });
    }
  }

  const float* copied(std::span<const float> values, std::size_t count) {
    float* const out = reserve_floats(count);
    if (writes_) std::copy(values.begin(), values.end(), out);
    return out;
  }

  // In the order of the packed columns.
  const float* biases(const StoredLinear& first, const StoredLinear* second, const PackedLinear& packed) {
    if (first.biases.empty() && (second == nullptr || second->biases.empty())) return nullptr;
    float* const out = reserve_floats(packed.weights.layout.columns);
    if (!writes_) return out;
    const auto plain = joined(first);
    if (second == nullptr) {
      std::copy(plain.begin(), plain.end(), out);
      return out;
    }
    const auto multiplied = joined(*second);
    const auto& layout = packed.weights.layout;
    for (std::size_t i = 0; i < plain.size(); ++i) out[gated_column(layout, i, false)] = plain[i];
    for (std::size_t i = 0; i < multiplied.size(); ++i) out[gated_column(layout, i, true)] = multiplied[i];
    return out;
  }

  std::vector<float> joined(const StoredLinear& linear) {
    std::vector<float> values;
    for (const auto& part : linear.biases) {
      const std::size_t start = values.size();
      values.resize(start + part.columns);
      read_row(part, 0, &values[start]);
      if (!set_.rows.all_finite(&values[start], part.columns)) problem_ = not_finite(part);
    }
    return values;
  }

  void add_positions(EncoderWeights& weights) {
    weights.layers.resize(model_.layers.size());
    for (std::size_t i = 0; i < model_.layers.size(); ++i) {
      const auto& stored = model_.layers[i];
      weights.layers[i].window = stored.window;
      if (stored.rotary_theta == 0) continue;
      auto& tables = weights.rotations;
      auto found = std::find_if(tables.begin(), tables.end(),
                                [&](const auto& table) { return table->theta == stored.rotary_theta; });
      if (found == tables.end()) {
        tables.push_back(std::make_unique<const RotaryTable>(
            rotary_table(stored.rotary_theta, model_.max_positions, model_.head_size() / 2)));
        found = std::prev(tables.end());
      }
      weights.layers[i].rotation = found->get();
    }
    if (!model_.relative_bias) return;
    const auto& stored = *model_.relative_bias;
    std::vector<float> buckets(stored.rows * stored.columns);
    for (std::size_t row = 0; row < stored.rows; ++row) read_row(stored, row, &buckets[row * stored.columns]);
    if (!set_.rows.all_finite(buckets.data(), buckets.size())) problem_ = not_finite(stored);
    weights.distances = distance_bias(buckets, stored.columns, model_.max_positions);
  }

  static Result<void> do_work(Executor& executor, const Work& work) {
    std::mutex mutex;
    std::optional<Error> first_error;
    std::atomic<bool> failed{false};
    executor.parallel_for(work.size(), [&](std::size_t at) {
      if (failed) return;
      auto outcome = base::guard_memory("pack the model's weights", work[at]);
      if (outcome) return;
      failed = true;
      const std::lock_guard lock(mutex);
      if (!first_error) first_error = std::move(outcome).error();
    });
    return first_error ? Result<void>(*first_error) : Result<void>();
  }

  const EncoderModel& model_;
  const kernels::KernelSet& set_;
  const bool has_factors_;
  const InputFactors& factors_;
  const kernels::ProductKernels& products_;
  std::byte* memory_ = nullptr;
  bool writes_ = false;
  std::size_t used_ = 0;
  std::optional<Error> problem_;
  std::vector<LayerSpreads> spreads_;  // empty where nobody measures them
  Work work_;
  Work second_work_;
};

}  // namespace

Result<std::unique_ptr<const EncoderWeights>> pack_weights(const Packing& packing, Executor& executor,
                                                           const InputFactors& factors) {
  return Packer(packing, !factors.empty(), factors).pack(executor);
}

std::size_t packed_bytes(const Packing& packing, bool has_factors) { return Packer(packing, has_factors).measure(); }

Result<std::unique_ptr<const EncoderWeights>> view_weights(const Packing& packing, bool has_factors, PackedFile file) {
  return Packer(packing, has_factors).view(std::move(file));
}

}  // namespace akidb::embedding::backend::native
