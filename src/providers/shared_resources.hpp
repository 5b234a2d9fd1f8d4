// What all providers of a process share unless their options say otherwise.
#pragma once

#include <akidb/embedding/open.hpp>
#include <memory>

#include "pipeline/admission.hpp"

namespace akidb::embedding::providers {

// The executor that the options name, one of their own where they ask for a number of threads, else the
// process's. The process's lives while a provider uses it.
std::shared_ptr<Executor> executor_for(const ProviderOptions& options);

// The process's admission budget, or one of the provider's own where the options set a bound.
std::shared_ptr<pipeline::Admission> admission_for(const ProviderOptions& options);

}  // namespace akidb::embedding::providers
