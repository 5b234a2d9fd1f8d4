#include "cli/terminal/standard_streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <initializer_list>

namespace akidb::embedding::cli {

void hold_standard_streams() noexcept {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) != -1) continue;
    // The lowest free number is this one: those below are open by now.
    static_cast<void>(::open("/dev/null", descriptor == STDOUT_FILENO ? O_RDONLY : O_WRONLY));
  }
}

#ifdef __ELF__
namespace {

// Shared libraries open descriptors in their own constructors (gRPC an eventfd), and a closed standard input
// would become one of these. Only what this section names runs before them.
using BeforeLibraries = void (*)();
[[gnu::section(".preinit_array"), gnu::used]] const BeforeLibraries before_libraries = hold_standard_streams;

}  // namespace
#endif

}  // namespace akidb::embedding::cli
