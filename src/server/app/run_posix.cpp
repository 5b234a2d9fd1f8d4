#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <string>

#include "base/log.hpp"
#include "server/app/run.hpp"
#include "server/app/server.hpp"
#include "server/app/service_manager.hpp"

namespace akidb::embedding::server {
namespace {

constexpr std::chrono::milliseconds kTidyTime{1'000};
constexpr std::chrono::milliseconds kLoadingPoll{10};

std::array<int, 2> hang_up_pipe = {-1, -1};

void on_hang_up(int) {
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(hang_up_pipe[1], &byte, 1);
}

void catch_hang_up() {
  if (::pipe(hang_up_pipe.data()) != 0) return;
  for (const int end : hang_up_pipe) {
    ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
  }
  struct sigaction action {};
  action.sa_handler = on_hang_up;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGHUP, &action, nullptr);
}

bool drain_pipe() {
  std::array<char, 64> bytes;
  bool any = false;
  while (::read(hang_up_pipe[0], bytes.data(), bytes.size()) > 0) any = true;
  return any;
}

// systemd wants to know since when.
std::string reloading_state() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return "RELOADING=1\nMONOTONIC_USEC=" +
         std::to_string(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

bool is_readable(const pollfd& descriptor) { return (descriptor.revents & (POLLIN | POLLHUP)) != 0; }

// Sockets that the service manager opened take the place of our own.
void take_inherited_sockets(ServeOptions& options) {
  const auto sockets = inherited_sockets();
  if (!sockets.empty()) options.http.listen.clear();
  for (const int descriptor : sockets) options.http.listen.push_back({{}, 0, {}, descriptor});
}

// What the service manager is told of a server, as it becomes true.
class Reporter {
 public:
  explicit Reporter(Server& server) : server_(server) {}

  // The error of a start that failed. To be called each time that wait_time() is over, at least.
  Result<void> look() {
    if (!is_ready_ && server_.has_loaded()) {
      if (auto loaded = server_.wait_until_loaded(); !loaded) return loaded;
      is_ready_ = true;
      notify_service_manager("READY=1");
    }
    if (is_reloading_ && server_.has_loaded()) {
      is_reloading_ = false;
      notify_service_manager("READY=1");
    }
    // A server that does not come round is to be ended.
    if (watchdog_.count() > 0 && server_.is_alive(watchdog_ / 2)) notify_service_manager("WATCHDOG=1");
    return {};
  }

  // When the models of the start, and of an earlier reload, are there.
  void reload_if_wanted() {
    if (!is_reload_wanted_ || !is_ready_ || is_reloading_) return;
    is_reload_wanted_ = false;
    is_reloading_ = true;
    notify_service_manager(reloading_state());
    server_.reload();
  }

  void want_reload() { is_reload_wanted_ = true; }

  [[nodiscard]] std::chrono::milliseconds wait_time() const {
    if (!is_ready_ || is_reloading_) return kLoadingPoll;
    return watchdog_.count() > 0 ? std::min(kTidyTime, watchdog_ / 3) : kTidyTime;
  }

 private:
  Server& server_;
  const std::chrono::milliseconds watchdog_ = watchdog_interval();
  bool is_ready_ = false;
  bool is_reloading_ = false;
  bool is_reload_wanted_ = false;
};

}  // namespace

Result<void> run_server(ServeOptions options, int stop_descriptor) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that leaves is an error of its write
  catch_hang_up();
  take_inherited_sockets(options);
  const auto say = options.say;
  Server server(std::move(options));
  if (auto started = server.start(); !started) return started;
  Reporter reporter(server);
  Result<void> outcome;
  while (true) {
    std::array<pollfd, 2> waiting = {pollfd{stop_descriptor, POLLIN, 0}, pollfd{hang_up_pipe[0], POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), static_cast<int>(reporter.wait_time().count()));
    if (is_readable(waiting[0])) break;
    outcome = reporter.look();
    if (!outcome) break;
    if (is_readable(waiting[1]) && drain_pipe()) reporter.want_reload();
    reporter.reload_if_wanted();
    server.tidy();
  }
  notify_service_manager("STOPPING=1");
  if (outcome) say("stopping");
  if (!server.drain()) base::log(LogLevel::warning, "some requests did not end within the grace and were cancelled");
  return outcome;
}

}  // namespace akidb::embedding::server
