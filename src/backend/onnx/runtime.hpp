// ONNX Runtime itself: found and loaded at run time.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace akidb::embedding::backend::onnx {

// The loaded library. One per process: the first that loads stays, as ONNX Runtime keeps global state.
struct Runtime {
  std::filesystem::path library;
  std::string version;                           // "1.32.0"
  std::vector<std::string> execution_providers;  // that this build has, "CPUExecutionProvider" among them
};

// Where the library is looked for.
struct LibraryCandidates {
  std::vector<std::filesystem::path> paths;
  std::string remedy{};  // where somebody has named the only one: how to name another
};

// In order: `explicit_path`, $AKIDB_EMBED_ONNXRUNTIME, lib or lib64 of $ONNXRUNTIME_ROOT, beside this library, the path
// of the build's configuration, the system's own search. The first three are final: what they name must load.
LibraryCandidates library_candidates(const std::filesystem::path& explicit_path);

// unavailable where no library serves (with each place and the loader's words in the detail): none is there, it
// does not load, is not ONNX Runtime, or is older than this build needs. invalid_argument where `explicit_path`
// names another library than the one that the process runs already.
Result<const Runtime*> load_runtime(const std::filesystem::path& explicit_path);

}  // namespace akidb::embedding::backend::onnx
