#include <dlfcn.h>

#include "base/dynamic_library.hpp"

namespace akidb::embedding::base {

Result<DynamicLibrary> DynamicLibrary::load(const std::filesystem::path& path) {
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return DynamicLibrary(handle);
  const char* const words = ::dlerror();
  return Error{ErrorCode::unavailable, "cannot load " + path.filename().string(), words != nullptr ? words : "", {}};
}

void* DynamicLibrary::symbol(const char* name) const noexcept { return ::dlsym(handle_, name); }

std::optional<std::filesystem::path> DynamicLibrary::file_of(const void* address) {
  Dl_info info{};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return std::nullopt;
  std::error_code ignored;
  auto path = std::filesystem::weakly_canonical(info.dli_fname, ignored);
  if (ignored) return std::nullopt;
  return path;
}

}  // namespace akidb::embedding::base
