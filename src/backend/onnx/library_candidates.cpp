#include <cstdlib>

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

}  // namespace

std::vector<std::filesystem::path> library_candidates(const std::filesystem::path& explicit_path) {
  if (!explicit_path.empty()) return {explicit_path};
  if (const char* const path = environment("AKIDB_EMBED_ONNXRUNTIME")) return {path};

  std::vector<std::filesystem::path> candidates;
  if (const char* const root = environment("ONNXRUNTIME_ROOT")) {
    candidates.push_back(std::filesystem::path(root) / "lib" / kLibraryName);
  }
  static const char kInThisLibrary = 0;
  if (const auto own_file = base::DynamicLibrary::file_of(&kInThisLibrary)) {
    const auto folder = own_file->parent_path();
    candidates.push_back(folder / "akidb-embedding" / kLibraryName);
    candidates.push_back(folder / kLibraryName);
    candidates.push_back(folder.parent_path() / "lib" / "akidb-embedding" / kLibraryName);
  }
  candidates.emplace_back(AKIDB_EMBEDDING_ORT_LIBRARY);
  candidates.emplace_back(kLibraryName);
  return candidates;
}

}  // namespace akidb::embedding::backend::onnx
