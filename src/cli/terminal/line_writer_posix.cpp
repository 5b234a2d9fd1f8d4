#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <new>
#include <string_view>
#include <system_error>
#include <utility>

#include "cli/terminal/line_writer.hpp"

namespace akidb::embedding::cli {
namespace {

// What cannot be written is dropped: there is nowhere left to say so.
void write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {  // whoever shares it may have made it so
      pollfd waiting{descriptor, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

struct LineWriter::State {
  explicit State(LineWriterOptions given) : options(std::move(given)) {}

  void drop_oldest() {
    take_one();
    ++lost;
  }

  // The lines that waited longest, as many as a pipe takes whole: what others write to it stands between lines.
  std::string take_oldest() {
    std::string text = take_one();
    try {
      while (!lines.empty() && text.size() + lines.front().size() <= PIPE_BUF) {
        text.reserve(PIPE_BUF);
        text += take_one();
      }
    } catch (const std::bad_alloc&) {
      // they go one by one
    }
    return text;
  }

  std::string take_one() noexcept {
    std::string line = std::move(lines.front());
    lines.pop_front();
    bytes -= line.size();
    return line;
  }

  void write_lost(std::size_t count) noexcept {
    try {
      write_all(options.descriptor, options.say_lost(count));
    } catch (const std::bad_alloc&) {
      const std::lock_guard lock(mutex);
      lost += count;
    }
  }

  void write_until_end() {
    std::unique_lock lock(mutex);
    while (true) {
      has_more.wait(lock, [this] { return is_ending || !lines.empty(); });
      if (lines.empty()) break;
      const std::string text = take_oldest();
      const std::size_t before = std::exchange(lost, 0);
      lock.unlock();
      if (before > 0) write_lost(before);
      write_all(options.descriptor, text);
      lock.lock();
    }
    has_ended = true;
    end.notify_all();
  }

  const LineWriterOptions options;
  std::mutex mutex;
  std::condition_variable has_more;
  std::condition_variable end;
  std::deque<std::string> lines;
  std::size_t bytes = 0;  // of `lines`
  std::size_t lost = 0;   // since lines were taken to be written
  bool is_ending = false;
  bool has_ended = false;
};

std::unique_ptr<LineWriter> LineWriter::start(LineWriterOptions options) {
  try {
    return std::unique_ptr<LineWriter>(new LineWriter(std::move(options)));
  } catch (const std::system_error&) {
    return nullptr;
  }
}

LineWriter::LineWriter(LineWriterOptions options)
    : state_(std::make_shared<State>(std::move(options))), thread_([state = state_] { state->write_until_end(); }) {}

LineWriter::~LineWriter() { finish(std::chrono::milliseconds(0)); }

void LineWriter::put(std::string line) noexcept {
  auto& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (state.is_ending) return;
  const std::size_t size = line.size();
  try {
    state.lines.push_back(std::move(line));
  } catch (const std::bad_alloc&) {
    ++state.lost;
    return;
  }
  state.bytes += size;
  while (state.bytes > state.options.most_bytes && state.lines.size() > 1) state.drop_oldest();
  state.has_more.notify_one();
}

bool LineWriter::finish(std::chrono::milliseconds patience) {
  auto& state = *state_;
  std::unique_lock lock(state.mutex);
  state.is_ending = true;
  state.has_more.notify_one();
  const bool all = state.end.wait_for(lock, patience, [&state] { return state.has_ended; });
  lock.unlock();
  if (!thread_.joinable()) return all;
  if (all) {
    thread_.join();
  } else {
    thread_.detach();
  }
  return all;
}

}  // namespace akidb::embedding::cli
