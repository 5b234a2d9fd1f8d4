// A shared library that is loaded at run time.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <optional>

namespace akidb::embedding::base {

// Never unloaded: what it started may outlive every owner.
class DynamicLibrary {
 public:
  // `path` with a folder in it is taken as it is; a bare file name is left to the system's own search.
  // unavailable, with the loader's words, where it does not load.
  static Result<DynamicLibrary> load(const std::filesystem::path& path);

  // Null where there is no such symbol.
  [[nodiscard]] void* symbol(const char* name) const noexcept;

  // The file that `address` was loaded from; nothing where the system cannot tell.
  static std::optional<std::filesystem::path> file_of(const void* address);

 private:
  explicit DynamicLibrary(void* handle) : handle_(handle) {}
  void* handle_;
};

}  // namespace akidb::embedding::base
