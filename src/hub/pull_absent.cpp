// The hub without its client.
#include "hub/model_store.hpp"
#include "hub/pull.hpp"
#include "hub/repair.hpp"

namespace akidb::embedding::hub {

Result<Pulled> pull(const PullRequest& request, const CacheFolders& /*folders*/, const Environment& /*environment*/) {
  const bool is_default = request.model == kDefaultModel;
  return Error{ErrorCode::unsupported,
               "model \"" + request.model +
                   "\" is not on this machine, and this build has no client of the model hub: " +
                   (is_default ? "run scripts/setup.sh (or make run), which brings it" : "give the path of its folder"),
               {},
               {}};
}

Result<void> repair(const RepairRequest& /*request*/, const CacheFolders& /*folders*/,
                    const Environment& /*environment*/) {
  return Error{ErrorCode::unsupported, "a repair downloads, and this build has no client of the model hub", {}, {}};
}

}  // namespace akidb::embedding::hub
