#include "backend/mlx/mlx_backend.hpp"

#include <mlx/device.h>
#include <mlx/version.h>

#include <algorithm>
#include <exception>
#include <mutex>
#include <new>
#include <utility>

#include "backend/batch_limits.hpp"
#include "backend/mlx/bert_encoder.hpp"

namespace akidb::embedding::backend::mlx {
namespace {

constexpr std::size_t kUnitTokens = 512;

Error mlx_error(ErrorCode code, const std::string& message, const std::exception& exception) {
  return {code, message, exception.what(), {}};
}

bool is_padded(const TokenBatch& batch) {
  for (std::size_t at = 1; at < batch.sequences(); ++at) {
    if (batch.length(at) != batch.length(0)) return true;
  }
  return false;
}

EncoderInput input_of(const TokenBatch& batch, const std::optional<std::uint32_t>& padding_id) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < batch.sequences(); ++at) longest = std::max(longest, batch.length(at));
  const std::size_t cells = batch.sequences() * longest;
  EncoderInput input;
  input.rows = static_cast<int>(batch.sequences());
  input.length = static_cast<int>(longest);
  input.token_ids.assign(cells, 0);
  input.positions.assign(cells, 0);
  if (is_padded(batch)) input.is_token.emplace(cells, false);
  for (std::size_t row = 0; row < batch.sequences(); ++row) {
    std::uint32_t position = padding_id ? *padding_id + 1 : 0;
    for (std::size_t at = 0; at < batch.length(row); ++at) {
      const std::uint32_t id = batch.token_ids[batch.offsets[row] + at];
      const std::size_t cell = row * longest + at;
      input.token_ids[cell] = id;
      input.positions[cell] = padding_id && id == *padding_id ? *padding_id : position++;
      if (input.is_token) (*input.is_token)[cell] = true;
    }
  }
  return input;
}

class MlxBackend final : public Backend {
 public:
  MlxBackend(const BertModel& model, const mx::Device& device)
      : encoder_(model, mx::new_thread_unsafe_stream(device)), padding_id_(model.padding_id) {
    const bool on_cpu = device == mx::Device::cpu;
    info_.name = "mlx";
    info_.runtime = std::string("MLX ") + mx::version();
    info_.device = on_cpu ? "cpu" : "metal";
    info_.device_reason = "what this build of MLX computes on";
    info_.execution = std::to_string(model.layers.size()) + " layers on MLX";
    info_.dtype = "fp32";
    info_.hidden_size = model.hidden_size();
    info_.vocab_size = model.vocab_size();
    info_.max_positions = model.max_positions;
    info_.unit_tokens = kUnitTokens;
    info_.equal_lengths = true;
  }

  [[nodiscard]] const BackendInfo& info() const override { return info_; }

  Result<void> forward(const TokenBatch& batch, Cores /*cores*/, RowSink& sink) override {
    if (auto checked = check_limits(batch, info_); !checked) return checked;
    try {
      const auto input = input_of(batch, padding_id_);
      const std::lock_guard lock(mutex_);
      const auto rows = encoder_.run(input);
      const float* const values = rows.data<float>();
      const auto longest = static_cast<std::size_t>(input.length);
      for (std::size_t at = 0; at < batch.sequences(); ++at) {
        sink.rows(at, 0, {values + at * longest * info_.hidden_size, batch.length(at) * info_.hidden_size});
      }
      return {};
    } catch (const std::bad_alloc&) {
      return Error{ErrorCode::resource_exhausted, "not enough memory to run the model", {}, {}};
    } catch (const std::exception& exception) {
      return mlx_error(ErrorCode::internal, "MLX failed to run the model", exception);
    }
  }

 private:
  std::mutex mutex_;
  BertEncoder encoder_;
  std::optional<std::uint32_t> padding_id_;
  BackendInfo info_;
};

}  // namespace

Result<std::unique_ptr<Backend>> open_backend(const BertModel& model, bool on_cpu) {
  try {
    const mx::Device device = on_cpu ? mx::Device(mx::Device::cpu) : mx::default_device();
    return std::unique_ptr<Backend>(std::make_unique<MlxBackend>(model, device));
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::resource_exhausted, "not enough memory for the model's weights", {}, {}};
  } catch (const std::exception& exception) {
    return mlx_error(ErrorCode::unavailable, "MLX cannot be used here", exception);
  }
}

}  // namespace akidb::embedding::backend::mlx
