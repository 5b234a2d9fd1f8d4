// One function a provider: from options to a provider that is warm and checked.
#pragma once

#include <akidb/embedding/open.hpp>
#include <memory>

namespace akidb::embedding::providers {

using ProviderResult = Result<std::unique_ptr<EmbeddingProvider>>;

ProviderResult make_hash_provider(const ProviderOptions& options);

// unsupported in a build without it.
ProviderResult make_remote_provider(const ProviderOptions& options);

// unsupported in a build without ONNX Runtime.
ProviderResult make_onnx_provider(const ProviderOptions& options);

}  // namespace akidb::embedding::providers
