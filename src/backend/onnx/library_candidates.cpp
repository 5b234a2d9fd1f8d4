#include <cstdlib>
#include <system_error>
#include <utility>

#include "backend/onnx/runtime.hpp"
#include "base/dynamic_library.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

#if defined(_WIN32)
constexpr const char* kLibraryName = "onnxruntime.dll";
#elif defined(__APPLE__)
constexpr const char* kLibraryName = "libonnxruntime.dylib";
#else
constexpr const char* kLibraryName = "libonnxruntime.so.1";
#endif

const char* environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

std::filesystem::path library_in(const std::filesystem::path& root) {
  const auto usual = root / "lib" / kLibraryName;
  const auto other = root / "lib64" / kLibraryName;
  std::error_code ignored;
  return !std::filesystem::exists(usual, ignored) && std::filesystem::exists(other, ignored) ? other : usual;
}

}  // namespace

LibraryCandidates library_candidates(const std::filesystem::path& explicit_path) {
  if (!explicit_path.empty()) return {{explicit_path}};
  if (const char* const path = environment("AKIDB_EMBED_ONNXRUNTIME")) {
    return {{path}, "AKIDB_EMBED_ONNXRUNTIME names it: set that to ONNX Runtime's shared library, or unset it"};
  }
  if (const char* const root = environment("ONNXRUNTIME_ROOT")) {
    return {{library_in(root)},
            std::string("ONNXRUNTIME_ROOT names its folder: set that to a folder with lib/") + kLibraryName +
                ", or unset it"};
  }
  std::vector<std::filesystem::path> candidates;
  static const char kInThisLibrary = 0;
  if (const auto own_file = base::DynamicLibrary::file_of(&kInThisLibrary)) {
    const auto folder = own_file->parent_path();
    candidates.push_back(folder / "akidb-embedding" / kLibraryName);
    candidates.push_back(folder / kLibraryName);
    candidates.push_back(folder.parent_path() / "lib" / "akidb-embedding" / kLibraryName);
  }
  candidates.emplace_back(AKIDB_EMBEDDING_ORT_LIBRARY);
  candidates.emplace_back(kLibraryName);
  return {std::move(candidates)};
}

}  // namespace akidb::embedding::backend::onnx
