#include "cli/terminal/meter.hpp"

#include <algorithm>
#include <cmath>

#include "cli/output/json_text.hpp"

namespace akidb::embedding::cli {
namespace {

// "0:35", "12:05", "3:00:00"
std::string clock(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::ceil(seconds));
  const auto two = [](std::uint64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  const std::string minutes = std::to_string(whole / 60 % 60);
  if (whole < 3600) return minutes + ":" + two(whole % 60);
  return std::to_string(whole / 3600) + ":" + two(whole / 60 % 60) + ":" + two(whole % 60);
}

std::string rate(std::uint64_t count, double seconds) {
  return rate_text(seconds > 0 ? static_cast<double>(count) / seconds : 0);
}

}  // namespace

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string rate_text(double per_second) {
  return per_second < 100 ? fixed(per_second, 1) : grouped(static_cast<std::uint64_t>(per_second));
}

std::string progress_line(const Progress& progress, std::chrono::duration<double> elapsed, std::size_t columns) {
  const double seconds = elapsed.count();
  std::string line = grouped(progress.texts) + " texts  " + rate(progress.texts, seconds) + " texts/s  " +
                     rate(progress.tokens, seconds) + " tokens/s";
  if (progress.skipped > 0) line += "  " + grouped(progress.skipped) + " skipped";
  if (progress.bytes_in_all && *progress.bytes_in_all > 0) {
    const std::uint64_t all = std::max(*progress.bytes_in_all, progress.bytes);
    line += "  " + std::to_string(progress.bytes * 100 / all) + "%";
    const std::uint64_t done = progress.bytes - progress.bytes_before;
    if (done > 0) {
      line += "  ETA " + clock(seconds * static_cast<double>(all - progress.bytes) / static_cast<double>(done));
    }
  }
  return line.substr(0, columns > 1 ? columns - 1 : columns);
}

std::string size_text(std::uint64_t bytes) {
  if (bytes < 1'000'000) return fixed(static_cast<double>(bytes) / 1e3, 1) + " kB";
  if (bytes < 1'000'000'000) return fixed(static_cast<double>(bytes) / 1e6, 1) + " MB";
  return fixed(static_cast<double>(bytes) / 1e9, 2) + " GB";
}

std::string download_line(const DownloadProgress& progress, std::chrono::duration<double> elapsed,
                          std::size_t columns) {
  const std::uint64_t all = std::max<std::uint64_t>({progress.bytes_in_all, progress.bytes, 1});
  const std::uint64_t came = progress.bytes - std::min(progress.bytes, progress.bytes_before);
  std::string line = std::string(progress.file) + "  " + std::to_string(progress.file_number) + "/" +
                     std::to_string(progress.files) + "  " + size_text(progress.bytes) + " of " + size_text(all) +
                     "  " + std::to_string(progress.bytes * 100 / all) + "%";
  if (came > 0 && elapsed.count() > 0) {
    const double rate = static_cast<double>(came) / elapsed.count();
    line += "  " + size_text(static_cast<std::uint64_t>(rate)) + "/s  ETA " +
            clock(static_cast<double>(all - progress.bytes) / rate);
  }
  return line.substr(0, columns > 1 ? columns - 1 : columns);
}

std::string summary_line(const Progress& progress, std::chrono::duration<double> elapsed) {
  const double seconds = elapsed.count();
  std::string line = grouped(progress.texts) + (progress.texts == 1 ? " text, " : " texts, ") +
                     grouped(progress.tokens) + " tokens in " + fixed(seconds, 1) + " s (" +
                     rate(progress.texts, seconds) + " texts/s, " + rate(progress.tokens, seconds) + " tokens/s)";
  if (progress.skipped > 0) line += ", " + grouped(progress.skipped) + " skipped";
  return line;
}

}  // namespace akidb::embedding::cli
