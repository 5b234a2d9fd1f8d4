// Bringing damaged files of the cache anew.
#pragma once

#include <akidb/embedding/download.hpp>
#include <akidb/embedding/result.hpp>
#include <string>
#include <vector>

#include "hub/cache_folders.hpp"

namespace akidb::embedding::hub {

struct Damaged {
  std::string commit;
  std::string path;
  std::string blob;
};

struct RepairRequest {
  std::string model;
  std::vector<Damaged> files;
  bool offline = false;
  DownloadCallback on_progress{};
};

// Downloads them again and puts them in place. What is damaged is removed once the hub has answered, not before.
// Errors: those of pull(); ends at the first.
Result<void> repair(const RepairRequest& request, const CacheFolders& folders,
                    const Environment& environment = process_environment());

}  // namespace akidb::embedding::hub
