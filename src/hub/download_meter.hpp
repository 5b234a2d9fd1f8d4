// Counts what comes and tells who wants to know.
#pragma once

#include <akidb/embedding/download.hpp>
#include <chrono>
#include <string>

namespace akidb::embedding::hub {

// Used by one thread.
class DownloadMeter {
 public:
  DownloadMeter(std::string model, DownloadCallback callback)
      : model_(std::move(model)), callback_(std::move(callback)) {}

  // Of files that are yet to come.
  void expect(std::size_t files, std::uint64_t bytes);
  void begin_file(std::string path);

  // `bytes` were here before.
  void found(std::uint64_t bytes);
  void came(std::uint64_t bytes);
  void lost(std::uint64_t bytes);  // that were counted, and have to come again

  // Whether to go on. Asks the callback at most ten times a second.
  bool tick();

 private:
  std::string model_;
  std::string file_;
  DownloadCallback callback_;
  DownloadProgress progress_;
  std::chrono::steady_clock::time_point asked_{};
  bool goes_on_ = true;
};

}  // namespace akidb::embedding::hub
