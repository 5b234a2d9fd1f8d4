// From a model's name to a provider on the native encoder.
#include <utility>

#include "backend/native/kernels/registry.hpp"
#include "backend/native/native_backend.hpp"
#include "base/log.hpp"
#include "providers/makers.hpp"
#include "providers/native_model.hpp"
#include "providers/safetensors_model.hpp"

namespace akidb::embedding::providers {
namespace {

namespace kernels = backend::native::kernels;

// Where bf16 products are no faster than fp32's, `fast` stays with the exact ones.
kernels::Precision precision_of(const ProviderOptions& options) {
  switch (options.dtype) {
    case Dtype::bf16: return kernels::Precision::bf16;
    case Dtype::int8: return kernels::Precision::int8;
    case Dtype::fast: {
      const auto set = kernels::active_set();
      if (set && kernels::multiplies_bf16(**set)) return kernels::Precision::bf16;
      break;
    }
    case Dtype::automatic:
    case Dtype::fp16:
    case Dtype::fp32: break;
  }
  // A set without a faster way takes fp32's.
  return options.matmul_precision == MatmulPrecision::highest ? kernels::Precision::fp32
                                                              : kernels::Precision::fp32_high;
}

Result<void> check_options(const ProviderOptions& options) {
  if (std::filesystem::path(options.model).extension() == ".onnx" || !options.onnx_file.empty()) {
    return Error{ErrorCode::unsupported, "the native provider: reads safetensors, no ONNX files", {}, {}};
  }
  if (options.dtype == Dtype::fp16) {
    return Error{ErrorCode::unsupported, "the native provider: computes in fp32, bf16 or int8, not in fp16", {}, {}};
  }
  if (options.device != "auto" && options.device != "cpu") {
    return Error{ErrorCode::unavailable,
                 "device: the native provider runs on the CPU, not on \"" + options.device + "\"; use --provider onnx",
                 {},
                 {}};
  }
  return {};
}

// Only products in fp32 can be more or less exact.
void note_unused(const ProviderOptions& options) {
  if (options.matmul_precision == MatmulPrecision::automatic) return;
  const auto precision = precision_of(options);
  if (precision == kernels::Precision::fp32 || precision == kernels::Precision::fp32_high) return;
  base::log(LogLevel::warning, "matmul_precision: of no effect, the products are not in fp32");
}

}  // namespace

ProviderResult make_native_provider(const ProviderOptions& options) {
  if (auto checked = check_options(options); !checked) return std::move(checked).error();
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  const auto parts = read_safetensors_model(options, folders);
  if (!parts) return parts.error();
  auto provider = make_model_provider(
      options, *parts, [&](const std::shared_ptr<Executor>& executor) -> Result<std::unique_ptr<backend::Backend>> {
        auto model = native_model(parts->model);
        if (!model) return std::move(model).error();
        backend::native::NativeOptions native;
        native.model = std::move(*model);
        native.precision = precision_of(options);
        native.executor = executor;
        native.packed_folder = folders.derived() / "packed";
        native.device_reason =
            options.device == "auto" ? "auto: the native encoder knows the architecture" : "asked for";
        return backend::native::open_backend(std::move(native));
      });
  if (provider) note_unused(options);
  return provider;
}

}  // namespace akidb::embedding::providers
