#include "cli/commands/download_watcher.hpp"

#include "cli/commands/options.hpp"
#include "cli/terminal/meter.hpp"
#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kNoTerminal = 200;

}  // namespace

DownloadWatcher::DownloadWatcher(Console& console, const Values& values)
    : console_(console), shows_(values.choice_of("progress").value_or(error_is_terminal())) {}

DownloadWatcher::~DownloadWatcher() { console_.progress(""); }

DownloadCallback DownloadWatcher::callback() {
  return [this](const DownloadProgress& progress) { return tick(progress); };
}

bool DownloadWatcher::tick(const DownloadProgress& progress) {
  if (shows_ && progress.bytes_in_all > 0) {
    const std::size_t columns = error_columns();
    console_.progress(
        download_line(progress, std::chrono::steady_clock::now() - started_, columns == 0 ? kNoTerminal : columns));
  }
  return !stop_requested();
}

Result<std::unique_ptr<EmbeddingProvider>> open_model(const Values& values, Console& console) {
  DownloadWatcher watcher(console, values);
  auto options = provider_options(values);
  options.on_download = watcher.callback();
  return open(options);
}

}  // namespace akidb::embedding::cli
