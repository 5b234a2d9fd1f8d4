#include "cli/commands/commands.hpp"

namespace akidb::embedding::cli {

Result<void> run_serve(const Invocation& /*invocation*/, Console& /*console*/) {
  return Error{ErrorCode::unsupported, "serve: this build has no server", "AKIDB_EMBEDDING_SERVER is off", {}};
}

}  // namespace akidb::embedding::cli
