#include "cli/commands/commands.hpp"

namespace akidb::embedding::cli {

Result<void> run_serve(const Invocation& /*invocation*/, Console& /*console*/) {
  return Error{ErrorCode::unsupported, "serve: " + std::string(absence_of(Command::serve)), {}, {}};
}

}  // namespace akidb::embedding::cli
