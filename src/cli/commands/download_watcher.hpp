// Shows a model's download on a terminal, and ends it on Ctrl-C.
#pragma once

#include <akidb/embedding/download.hpp>
#include <akidb/embedding/open.hpp>
#include <chrono>
#include <memory>

#include "cli/flags/values.hpp"
#include "cli/terminal/console.hpp"

namespace akidb::embedding::cli {

class DownloadWatcher {
 public:
  // Progress is on by itself where standard error is a terminal.
  DownloadWatcher(Console& console, const Values& values);
  ~DownloadWatcher();
  DownloadWatcher(const DownloadWatcher&) = delete;
  DownloadWatcher& operator=(const DownloadWatcher&) = delete;

  // Valid as long as the watcher.
  [[nodiscard]] DownloadCallback callback();

 private:
  bool tick(const DownloadProgress& progress);

  Console& console_;
  bool shows_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

// open() with the flags' options, and the progress of a download that it takes.
Result<std::unique_ptr<EmbeddingProvider>> open_model(const Values& values, Console& console);

}  // namespace akidb::embedding::cli
