#include "cli/terminal/console.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include "base/utf8.hpp"
#include "cli/output/json_text.hpp"
#include "cli/terminal/error_text.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::chrono::milliseconds kLastWait{1'000};

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
  }
  return "";
}

// "2026-01-31T12:00:00.123Z"
std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char day[32];
  char text[48];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text, sizeof text, "%s.%03dZ", day, static_cast<int>(milliseconds));
  return text;
}

}  // namespace

void Console::say(LogLevel level, std::string_view message) {
  if (level >= lowest_) event(level, message, {});
}

void Console::event(LogLevel level, std::string_view message, const std::vector<Field>& fields) {
  put(line_of(level, message, fields));
}

std::string Console::line_of(LogLevel level, std::string_view message, const std::vector<Field>& fields) const {
  std::string line;
  if (format_ == LogFormat::json) {
    line = R"({"time":")" + utc_now() + R"(","level":")" + std::string(name_of(level)) + R"(","message":)" +
           json_string(base::repaired_utf8(message));  // it may quote a file that is none
    for (const auto& field : fields) {
      line.append(",").append(json_string(field.name)).append(":");
      line.append(field.is_number ? field.text : json_string(base::repaired_utf8(field.text)));
    }
    line += "}\n";
  } else {
    line = "akidb-embed: ";
    if (level != LogLevel::error) line.append(name_of(level)).append(": ");
    std::string text(message);
    for (const auto& field : fields) text.append(" ").append(field.name).append("=").append(field.text);
    line.append(one_line(text)).append("\n");
  }
  return line;
}

void Console::fail(const Error& error) { say(LogLevel::error, error_text(error)); }

void Console::progress(const std::string& line) {
  const std::lock_guard lock(mutex_);
  if (line.empty() && !has_progress_) return;
  has_progress_ = !line.empty();
  write("\r" + line + "\x1b[K");
}

void Console::summary(const std::string& line) {
  if (format_ == LogFormat::json) {
    event(LogLevel::info, line, {});
  } else {
    put(line + "\n");
  }
}

void Console::take_library_log() {
  set_log_sink([this](LogLevel level, std::string_view message) { say(level, message); }, lowest_);
}

void Console::never_wait() {
  LineWriterOptions options;
  options.say_lost = [this](std::size_t count) {
    return line_of(LogLevel::warning, "lines of this log that standard error did not take: " + std::to_string(count),
                   {});
  };
  writer_ = LineWriter::start(std::move(options));
}

void Console::finish() {
  if (writer_) writer_->finish(kLastWait);
}

void Console::put(const std::string& text) {
  const std::lock_guard lock(mutex_);
  std::string whole = has_progress_ ? "\r\x1b[K" + text : text;
  has_progress_ = false;
  write(std::move(whole));
}

void Console::write(std::string text) {
  if (writer_) {
    writer_->put(std::move(text));
  } else {
    std::fwrite(text.data(), 1, text.size(), stderr);
  }
}

}  // namespace akidb::embedding::cli
