// One file of a repository into the cache, checked before it gets its name.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>

#include "hub/cached_repository.hpp"
#include "hub/download_meter.hpp"
#include "hub/hub_session.hpp"

namespace akidb::embedding::hub {

struct Source {
  std::string model;
  std::string commit;
};

// Leaves the whole file at blobs/<digest>; nothing is done where it is there. One process at a time downloads a blob;
// the others wait for it. What an earlier try has brought is gone on with. The blob gets its name only after its size
// and its digest were found right.
//
// Errors: those of HubSession::download(); data_corrupt where what came is not the file, even from its first byte
// again; resource_exhausted where the disk is full; cancelled.
Result<void> fetch_blob(HubSession& session, const CachedRepository& cache, const Source& source, const RepoFile& file,
                        DownloadMeter& meter);

}  // namespace akidb::embedding::hub
