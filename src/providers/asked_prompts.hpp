// Prompts that the caller gives beside a model's own.
#pragma once

#include <akidb/embedding/open.hpp>

#include "pipeline/encoder.hpp"

namespace akidb::embedding::providers {

// invalid_argument where the default is none of them.
Result<pipeline::PromptTable> prompts_as_asked(pipeline::PromptTable own, const ProviderOptions& options);

}  // namespace akidb::embedding::providers
