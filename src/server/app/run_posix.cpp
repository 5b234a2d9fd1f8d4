#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/log.hpp"
#include "server/app/run.hpp"
#include "server/app/server.hpp"
#include "server/app/service_manager.hpp"

namespace akidb::embedding::server {
namespace {

constexpr int kTidyMilliseconds = 1'000;

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

bool is_readable(const pollfd& descriptor) { return (descriptor.revents & (POLLIN | POLLHUP)) != 0; }

}  // namespace

Result<void> run_server(ServeOptions options, int stop_descriptor) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that leaves is an error of its write
  catch_hang_up();
  const auto say = options.say;
  Server server(std::move(options));
  if (auto started = server.start(); !started) return started;
  bool announced = false;
  Result<void> outcome;
  while (true) {
    std::array<pollfd, 2> waiting = {pollfd{stop_descriptor, POLLIN, 0}, pollfd{hang_up_pipe[0], POLLIN, 0}};
    ::poll(waiting.data(), waiting.size(), announced ? kTidyMilliseconds : 10);
    if (is_readable(waiting[0])) break;
    if (!announced && server.has_loaded()) {
      outcome = server.wait_until_loaded();
      if (!outcome) break;
      announced = true;
      notify_service_manager("READY=1");
    }
    if (announced && is_readable(waiting[1]) && drain_pipe()) {
      notify_service_manager("RELOADING=1");
      server.reload();
      notify_service_manager("READY=1");
    }
    server.tidy();
  }
  notify_service_manager("STOPPING=1");
  if (outcome) say("stopping");
  if (!server.drain()) base::log(LogLevel::warning, "some requests did not end within the grace and were cancelled");
  return outcome;
}

}  // namespace akidb::embedding::server
