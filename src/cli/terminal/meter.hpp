// The words of the progress line and of the summary.
#pragma once

#include <akidb/embedding/download.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace akidb::embedding::cli {

struct Progress {
  std::uint64_t texts = 0;  // embedded in this run
  std::uint64_t tokens = 0;
  std::uint64_t skipped = 0;
  std::uint64_t bytes_before = 0;             // of the input, read by an earlier run
  std::uint64_t bytes = 0;                    // of the input, with what the earlier run read
  std::optional<std::uint64_t> bytes_in_all;  // nothing for a pipe
};

// "12,800 texts  3,210 texts/s  96,000 tokens/s  42%  ETA 0:35", cut to `columns`.
std::string progress_line(const Progress& progress, std::chrono::duration<double> elapsed, std::size_t columns);

// "12,800 texts, 384,000 tokens in 4.0 s (3,200 texts/s, 96,000 tokens/s), 3 skipped"
std::string summary_line(const Progress& progress, std::chrono::duration<double> elapsed);

// "model.safetensors  3/9  45.2 MB of 90.9 MB  49%  31.2 MB/s  ETA 0:02", cut to `columns`.
std::string download_line(const DownloadProgress& progress, std::chrono::duration<double> elapsed, std::size_t columns);

// "87.1 MB"
std::string size_text(std::uint64_t bytes);

// Of a second: "1,234" or, below 100, "2.9".
std::string rate_text(double per_second);

// "1,234,567"
std::string grouped(std::uint64_t number);

}  // namespace akidb::embedding::cli
