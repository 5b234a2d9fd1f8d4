#include "support/failing_calls.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace akidb::embedding::test {
namespace {

constexpr std::array kNames = {"none", "allocation", "open", "read", "write", "sync", "rename", "map"};

std::atomic<Call> kind{Call::none};
std::atomic<int> left{0};
std::atomic<bool> lasts{false};
std::atomic<bool> failed{false};
thread_local int spared = 0;

bool fails(Call call) noexcept {
  if (kind.load(std::memory_order_relaxed) != call || spared != 0) return false;
  const int at = left.fetch_sub(1);
  if (at > 1 || (at < 1 && !lasts.load())) return false;
  failed = true;
  return true;
}

bool is_on_disk(int descriptor) noexcept {
  struct stat status = {};
  return fstat(descriptor, &status) == 0 && (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode));
}

bool fails(Call call, int descriptor) noexcept {
  if (kind.load(std::memory_order_relaxed) != call) return false;
  const int known = errno;
  const bool counts = is_on_disk(descriptor);
  errno = known;
  return counts && fails(call);
}

// The system's own function behind ours.
template <class Function>
Function* real(const char* name) noexcept {
  void* const found = dlsym(RTLD_NEXT, name);
  if (found == nullptr) std::abort();
  Function* function = nullptr;
  std::memcpy(&function, &found, sizeof function);
  return function;
}

template <class Answer>
Answer refuse(int code, Answer answer) noexcept {
  errno = code;
  return answer;
}

mode_t mode_of(int flags, va_list rest) noexcept {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

const char* name_of(Call call) noexcept { return kNames[static_cast<std::size_t>(call)]; }

FailingCalls::FailingCalls(Call call, int nth, bool last) noexcept {
  failed = false;
  lasts = last;
  left = nth;
  kind = call;
}

FailingCalls::~FailingCalls() { kind = Call::none; }

bool FailingCalls::has_failed() noexcept { return failed; }

Spared::Spared() noexcept { ++spared; }

Spared::~Spared() { --spared; }

#ifdef AKIDB_PRELOADED

// AKIDB_TEST_FAILS=write:17 or write:17+; the name of the file in AKIDB_TEST_FAILED is made where the call came.
__attribute__((constructor)) void begin() {
  const char* const wish = std::getenv("AKIDB_TEST_FAILS");
  const char* const colon = wish == nullptr ? nullptr : std::strchr(wish, ':');
  if (colon == nullptr) return;
  for (std::size_t at = 0; at < kNames.size(); ++at) {
    if (std::string_view(wish, static_cast<std::size_t>(colon - wish)) != kNames[at]) continue;
    lasts = std::strchr(colon, '+') != nullptr;
    left = std::atoi(colon + 1);
    kind = static_cast<Call>(at);
  }
}

__attribute__((destructor)) void end() {
  kind = Call::none;
  const char* const path = std::getenv("AKIDB_TEST_FAILED");
  if (failed && path != nullptr) ::close(::open(path, O_CREAT | O_WRONLY, 0600));
}

#else

void* allocate(std::size_t bytes) noexcept;
void* allocate(std::size_t bytes) noexcept {
  return fails(Call::allocation) ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}

#endif

}  // namespace akidb::embedding::test

// NOLINTBEGIN(readability-identifier-naming,cert-dcl50-cpp,cppcoreguidelines-pro-type-vararg): names of the system
using namespace akidb::embedding::test;

extern "C" {

int open(const char* path, int flags, ...) {
  static const auto next = real<int(const char*, int, ...)>("open");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return fails(Call::open) ? refuse(EMFILE, -1) : next(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  static const auto next = real<int(const char*, int, ...)>("open64");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return fails(Call::open) ? refuse(EMFILE, -1) : next(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  static const auto next = real<int(int, const char*, int, ...)>("openat");
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return fails(Call::open) ? refuse(EMFILE, -1) : next(folder, path, flags, mode);
}

FILE* fopen(const char* path, const char* mode) {
  static const auto next = real<FILE*(const char*, const char*)>("fopen");
  return fails(Call::open) ? refuse<FILE*>(EMFILE, nullptr) : next(path, mode);
}

FILE* fopen64(const char* path, const char* mode) {
  static const auto next = real<FILE*(const char*, const char*)>("fopen64");
  return fails(Call::open) ? refuse<FILE*>(EMFILE, nullptr) : next(path, mode);
}

ssize_t read(int descriptor, void* buffer, size_t bytes) {
  static const auto next = real<ssize_t(int, void*, size_t)>("read");
  return fails(Call::read, descriptor) ? refuse<ssize_t>(EIO, -1) : next(descriptor, buffer, bytes);
}

ssize_t pread(int descriptor, void* buffer, size_t bytes, off_t at) {
  static const auto next = real<ssize_t(int, void*, size_t, off_t)>("pread");
  return fails(Call::read, descriptor) ? refuse<ssize_t>(EIO, -1) : next(descriptor, buffer, bytes, at);
}

ssize_t write(int descriptor, const void* buffer, size_t bytes) {
  static const auto next = real<ssize_t(int, const void*, size_t)>("write");
  return fails(Call::write, descriptor) ? refuse<ssize_t>(ENOSPC, -1) : next(descriptor, buffer, bytes);
}

ssize_t pwrite(int descriptor, const void* buffer, size_t bytes, off_t at) {
  static const auto next = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return fails(Call::write, descriptor) ? refuse<ssize_t>(ENOSPC, -1) : next(descriptor, buffer, bytes, at);
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
  static const auto next = real<ssize_t(int, const iovec*, int)>("writev");
  return fails(Call::write, descriptor) ? refuse<ssize_t>(ENOSPC, -1) : next(descriptor, parts, count);
}

int fsync(int descriptor) {
  static const auto next = real<int(int)>("fsync");
  return fails(Call::sync, descriptor) ? refuse(EIO, -1) : next(descriptor);
}

int fdatasync(int descriptor) {
  static const auto next = real<int(int)>("fdatasync");
  return fails(Call::sync, descriptor) ? refuse(EIO, -1) : next(descriptor);
}

int rename(const char* from, const char* to) noexcept {
  static const auto next = real<int(const char*, const char*)>("rename");
  return fails(Call::rename) ? refuse(EIO, -1) : next(from, to);
}

void* mmap(void* wish, size_t bytes, int protection, int flags, int descriptor, off_t at) noexcept {
  static const auto next = real<void*(void*, size_t, int, int, int, off_t)>("mmap");
  return fails(Call::map) ? refuse(ENOMEM, MAP_FAILED) : next(wish, bytes, protection, flags, descriptor, at);
}

void* mmap64(void* wish, size_t bytes, int protection, int flags, int descriptor, off64_t at) noexcept {
  static const auto next = real<void*(void*, size_t, int, int, int, off64_t)>("mmap64");
  return fails(Call::map) ? refuse(ENOMEM, MAP_FAILED) : next(wish, bytes, protection, flags, descriptor, at);
}

}  // extern "C"
// NOLINTEND(readability-identifier-naming,cert-dcl50-cpp,cppcoreguidelines-pro-type-vararg)
