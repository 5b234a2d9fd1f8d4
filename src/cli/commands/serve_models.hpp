// The models that `serve` is to serve.
#pragma once

#include <akidb/embedding/open.hpp>
#include <memory>
#include <vector>

#include "cli/flags/values.hpp"
#include "server/app/serve_options.hpp"

namespace akidb::embedding::cli {

// Those of --model ("NAME=MODEL" or "MODEL"), else those of the config file.
Result<std::vector<ModelTable>> model_tables(const Invocation& invocation);

// What a table does not say is as in `values`. invalid_argument where two have the same name. Models without threads
// of their own compute on `executor`.
Result<std::vector<server::ModelChoice>> models_of(const std::vector<ModelTable>& tables, const Values& values,
                                                   const std::shared_ptr<Executor>& executor);

}  // namespace akidb::embedding::cli
