// One function a provider: from options to a provider that is warm and checked.
#pragma once

#include <akidb/embedding/open.hpp>
#include <memory>
#include <string_view>

namespace akidb::embedding::providers {

using ProviderResult = Result<std::unique_ptr<EmbeddingProvider>>;

ProviderResult make_hash_provider(const ProviderOptions& options);

// unsupported in a build without it.
ProviderResult make_remote_provider(const ProviderOptions& options);

// `device_note` goes behind the reason for the device. unsupported in a build without ONNX Runtime.
ProviderResult make_onnx_provider(const ProviderOptions& options, std::string_view device_note = {});

// unsupported where the model's architecture or weights are not for it, and in a build without it.
ProviderResult make_native_provider(const ProviderOptions& options);

// unsupported where the model's architecture or weights are not for it, and in a build without MLX.
ProviderResult make_mlx_provider(const ProviderOptions& options);

// Native where it takes the model and no other device is asked for, else ONNX Runtime, which says why.
ProviderResult make_best_provider(const ProviderOptions& options);

}  // namespace akidb::embedding::providers
