// The commands, a file each. What they print goes to standard output; an error is the caller's to print.
#pragma once

#include <akidb/embedding/result.hpp>

#include "cli/flags/values.hpp"
#include "cli/terminal/console.hpp"

namespace akidb::embedding::cli {

Result<void> run_embed(const Invocation& invocation, Console& console);
Result<void> run_similarity(const Invocation& invocation, Console& console);
Result<void> run_search(const Invocation& invocation, Console& console);
Result<void> run_tokenize(const Invocation& invocation, Console& console);
Result<void> run_convert(const Invocation& invocation, Console& console);
Result<void> run_pull(const Invocation& invocation, Console& console);
Result<void> run_list(const Invocation& invocation, Console& console);
Result<void> run_verify(const Invocation& invocation, Console& console);
Result<void> run_remove(const Invocation& invocation, Console& console);
Result<void> run_quantize(const Invocation& invocation, Console& console);
Result<void> run_bench(const Invocation& invocation, Console& console);
Result<void> run_serve(const Invocation& invocation, Console& console);
Result<void> run_doctor(const Invocation& invocation, Console& console);

}  // namespace akidb::embedding::cli
