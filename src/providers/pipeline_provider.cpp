#include "providers/pipeline_provider.hpp"

#include <utility>

namespace akidb::embedding::providers {

PipelineProvider::PipelineProvider(pipeline::PipelineParts parts, pipeline::PipelineOptions options, ModelInfo info,
                                   Doors doors)
    : pipeline_(std::move(parts), std::move(options)), doors_(std::move(doors)) {
  const auto& backend = pipeline_.backend_info();
  info.dimension = static_cast<std::uint32_t>(pipeline_.dimension());
  info.threads = pipeline_.threads();
  info.batch_tokens = static_cast<std::uint32_t>(pipeline_.batch_tokens());
  info.provider = backend.name;
  info.runtime = backend.runtime;
  info.device = backend.device;
  const std::string note = info.device_reason.empty() ? "" : "; " + info.device_reason;
  info.device_reason = backend.device_reason + note;
  info.execution = backend.execution;
  info.device_share = backend.device_share;
  info.dtype = backend.dtype;
  info.matmul_precision = backend.matmul_precision;
  info_ = std::make_shared<const ModelInfo>(std::move(info));
}

}  // namespace akidb::embedding::providers
