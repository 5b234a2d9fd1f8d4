#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>

#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

std::atomic<bool> stop{false};
int pipe_ends[2] = {-1, -1};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch lock-free atomics");

void on_stop(int) {
  if (stop.exchange(true)) _exit(130);
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(pipe_ends[1], &byte, 1);
}

}  // namespace

void install_signal_handlers() {
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGXFSZ, SIG_IGN);
}

void install_stop_handlers() {
  if (::pipe(pipe_ends) == 0) {
    for (const int end : pipe_ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    ::fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);  // a signal handler must not wait
  }
  struct sigaction action {};
  action.sa_handler = on_stop;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool stop_requested() noexcept { return stop.load(); }

int stop_descriptor() noexcept { return pipe_ends[0]; }

}  // namespace akidb::embedding::cli
