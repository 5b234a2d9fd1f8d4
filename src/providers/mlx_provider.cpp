// From a model's name to a provider on MLX.
#include <utility>

#include "backend/mlx/mlx_backend.hpp"
#include "providers/makers.hpp"
#include "providers/mlx_model.hpp"
#include "providers/safetensors_model.hpp"

namespace akidb::embedding::providers {
namespace {

Result<void> check_options(const ProviderOptions& options) {
  if (std::filesystem::path(options.model).extension() == ".onnx" || !options.onnx_file.empty()) {
    return Error{ErrorCode::unsupported, "the mlx provider: reads safetensors, no ONNX files", {}, {}};
  }
  if (options.dtype != Dtype::automatic && options.dtype != Dtype::fp32 && options.dtype != Dtype::fast) {
    return Error{ErrorCode::unsupported, "the mlx provider: computes in fp32", {}, {}};
  }
  if (options.device != "auto" && options.device != "cpu") {
    return Error{ErrorCode::unavailable,
                 "device: the mlx provider takes auto, which is what MLX was built for, or cpu; found \"" +
                     options.device + "\"",
                 {},
                 {}};
  }
  return {};
}

}  // namespace

ProviderResult make_mlx_provider(const ProviderOptions& options) {
  if (auto checked = check_options(options); !checked) return std::move(checked).error();
  const auto parts = read_safetensors_model(options, hub::cache_folders(options.cache, options.hub_cache));
  if (!parts) return parts.error();
  return make_model_provider(options, *parts, [&](const auto&) -> Result<std::unique_ptr<backend::Backend>> {
    const auto model = mlx_model(parts->model);
    if (!model) return model.error();
    return backend::mlx::open_backend(*model, options.device == "cpu");
  });
}

}  // namespace akidb::embedding::providers
