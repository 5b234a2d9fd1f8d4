#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/terminal/console.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kUnknown = 80;

std::size_t columns_of(int descriptor) {
  if (::isatty(descriptor) != 1) return 0;
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUnknown;
}

}  // namespace

bool input_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }
bool error_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }
std::size_t output_columns() { return columns_of(STDOUT_FILENO); }
std::size_t error_columns() { return columns_of(STDERR_FILENO); }

}  // namespace akidb::embedding::cli
