#include "backend/native/native_backend.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "backend/batch_limits.hpp"
#include "backend/native/forward_pass.hpp"
#include "backend/native/kernels/flush_denormals.hpp"
#include "backend/native/kernels/registry.hpp"
#include "backend/native/load_weights.hpp"
#include "backend/native/team.hpp"
#include "backend/native/workspace.hpp"

namespace akidb::embedding::backend::native {
namespace {

using kernels::Precision;

// A unit's tokens share one pass over the weights.
constexpr std::size_t kUnitTokens = 512;

// What a block's rows take of the second-level cache costs bf16 and int8 less than to read a layer's weights once more.
// Float32 is no faster for it, and its rows take more memory.
std::size_t block_rows_of(Precision precision) {
  const bool is_rough = precision == Precision::bf16 || precision == Precision::int8;
  return is_rough ? kUnitTokens : 128;
}

// Of a product: the sum of more products of two bytes would not fit into 32 bits.
constexpr std::size_t kMostInputs = 65'536;

// What the information says behind the name of a kernel set that is not the active one.
constexpr std::string_view kTooWide = ": the model's weights lie too far apart for the fixed-point products of AMX";

std::string_view name_of(Precision precision) {
  switch (precision) {
    case Precision::fp32:
    case Precision::fp32_high: return "fp32";
    case Precision::bf16: return "bf16";
    case Precision::int8: return "int8";
  }
  return "fp32";
}

// A set whose `high` is no other than its `highest` gives the vectors of `highest`.
std::string_view matmul_precision_of(Precision precision, const kernels::KernelSet& set) {
  switch (precision) {
    case Precision::fp32: return "highest";
    case Precision::fp32_high: return kernels::has_faster_high(set) ? "high" : "highest";
    case Precision::bf16:
    case Precision::int8: break;
  }
  return "";
}

class NativeBackend final : public Backend {
 public:
  NativeBackend(NativeOptions options, const kernels::KernelSet& set, std::unique_ptr<const EncoderWeights> weights,
                std::string_view set_reason)
      : executor_(std::move(options.executor)),
        model_(std::move(options.model)),
        weights_(std::move(weights)),
        encoder_{
            model_, *weights_, set, kernels::attention_of(set, options.precision), block_rows_of(options.precision),
            nullptr},
        team_(*executor_) {
    info_.name = "native";
    info_.runtime = std::string("kernels ") + set.name;
    info_.device = "cpu";
    info_.device_reason = std::move(options.device_reason);
    info_.dtype = name_of(options.precision);
    info_.matmul_precision = matmul_precision_of(options.precision, set);
    info_.execution = std::to_string(model_.layers.size()) + " layers, products in " + info_.dtype +
                      (info_.matmul_precision == "high" ? " (high)" : "") + ", kernels " + set.name +
                      std::string(set_reason);
    info_.hidden_size = model_.hidden_size;
    info_.vocab_size = model_.vocab_size();
    info_.max_positions = model_.max_positions;
    info_.unit_tokens = kUnitTokens;
    info_.equal_lengths = false;
  }

  [[nodiscard]] const BackendInfo& info() const override { return info_; }

  Result<void> forward(const TokenBatch& batch, Cores cores, RowSink& sink) override {
    if (auto checked = check_limits(batch, info_); !checked) return checked;
    const kernels::FlushDenormals flush;
    ArenaPool::Borrowed arena(arenas_);
    if (cores == Cores::all) {
      const Team::Lead lead(team_);
      return ForwardPass(encoder_, batch, lead, *arena, sink).run();
    }
    return ForwardPass(encoder_, batch, Team::Lead(), *arena, sink).run();
  }

 private:
  std::shared_ptr<Executor> executor_;
  EncoderModel model_;
  std::unique_ptr<const EncoderWeights> weights_;
  Encoder encoder_;
  ArenaPool arenas_;
  Team team_;
  BackendInfo info_;
};

Result<void> check_shape(const EncoderModel& model) {
  if (model.head_size() % 8 != 0 || model.head_size() > 256) {
    return Error{ErrorCode::unsupported,
                 "the native provider takes heads of a multiple of 8 values, up to 256; the model's have " +
                     std::to_string(model.head_size()),
                 {},
                 {}};
  }
  const std::size_t widest = std::max(model.hidden_size, model.inner_size);
  if (widest > kMostInputs) {
    return Error{ErrorCode::unsupported,
                 "the native provider takes products of up to " + std::to_string(kMostInputs) +
                     " inputs (hidden and inner size); the model's have " + std::to_string(widest),
                 {},
                 {}};
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Backend>> open_backend(NativeOptions options) {
  if (auto checked = check_shape(options.model); !checked) return std::move(checked).error();
  const auto active = kernels::active_set();
  if (!active) return active.error();
  const kernels::KernelSet* set = *active;
  std::string_view set_reason;
  const auto load = [&] {
    return load_weights({options.model, *set, options.precision}, options.packed_folder, *options.executor);
  };
  auto weights = load();
  if (weights && (*weights)->too_wide) {
    weights->reset();
    set = &kernels::set_for_any_spread(kernels::cpu_features());
    set_reason = kTooWide;
    weights = load();
  }
  if (!weights) return std::move(weights).error();
  return std::unique_ptr<Backend>(
      std::make_unique<NativeBackend>(std::move(options), *set, std::move(weights).value(), set_reason));
}

}  // namespace akidb::embedding::backend::native
