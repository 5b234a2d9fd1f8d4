// How a download from the model hub goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace akidb::embedding {

struct DownloadProgress {
  std::string_view model;       // valid during the call, as is `file`
  std::string_view file;        // the one that is being brought
  std::size_t file_number = 0;  // from 1
  std::size_t files = 0;
  std::uint64_t bytes = 0;         // of all files together that are here now
  std::uint64_t bytes_before = 0;  // of those: here before this download began
  std::uint64_t bytes_in_all = 0;
};

// Called on the thread that downloads, about ten times a second, while it waits too. False ends the download as
// `cancelled`; what has come stays and is gone on with the next time.
using DownloadCallback = std::function<bool(const DownloadProgress& progress)>;

}  // namespace akidb::embedding
