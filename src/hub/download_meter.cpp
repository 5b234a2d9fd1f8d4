#include "hub/download_meter.hpp"

#include <algorithm>

namespace akidb::embedding::hub {
namespace {

constexpr std::chrono::milliseconds kPause{100};

}  // namespace

void DownloadMeter::expect(std::size_t files, std::uint64_t bytes) {
  progress_.files += files;
  progress_.bytes_in_all += bytes;
}

void DownloadMeter::begin_file(std::string path) {
  file_ = std::move(path);
  progress_.file_number = std::min(progress_.file_number + 1, progress_.files);
}

void DownloadMeter::found(std::uint64_t bytes) {
  progress_.bytes += bytes;
  progress_.bytes_before += bytes;
}

void DownloadMeter::came(std::uint64_t bytes) { progress_.bytes += bytes; }

void DownloadMeter::lost(std::uint64_t bytes) {
  progress_.bytes -= std::min(bytes, progress_.bytes);
  progress_.bytes_before = std::min(progress_.bytes_before, progress_.bytes);
}

bool DownloadMeter::tick() {
  const auto now = std::chrono::steady_clock::now();
  if (!callback_ || !goes_on_ || now - asked_ < kPause) return goes_on_;
  asked_ = now;
  progress_.model = model_;
  progress_.file = file_;
  goes_on_ = callback_(progress_);
  return goes_on_;
}

}  // namespace akidb::embedding::hub
