// The hub without its client.
#include "hub/pull.hpp"
#include "hub/repair.hpp"

namespace akidb::embedding::hub {

Result<Pulled> pull(const PullRequest& request, const CacheFolders& /*folders*/, const Environment& /*environment*/) {
  return Error{ErrorCode::unsupported,
               "model \"" + request.model + "\" is not on this machine, and this build has no client of the model hub",
               {},
               {}};
}

Result<void> repair(const RepairRequest& /*request*/, const CacheFolders& /*folders*/,
                    const Environment& /*environment*/) {
  return Error{ErrorCode::unsupported, "a repair downloads, and this build has no client of the model hub", {}, {}};
}

}  // namespace akidb::embedding::hub
