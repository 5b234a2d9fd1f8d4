#include "backend/onnx/runtime.hpp"

#include <mutex>
#include <optional>

#include "backend/onnx/ort.hpp"
#include "base/dynamic_library.hpp"
#include "base/log.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

struct LoadedApi {
  const OrtApi* api;
  std::string version;
};

Result<LoadedApi> load_api(const std::filesystem::path& path) {
  const auto library = base::DynamicLibrary::load(path);
  if (!library) return library.error();
  using GetApiBase = const OrtApiBase* (*)();
  const auto get_base = reinterpret_cast<GetApiBase>(library->symbol("OrtGetApiBase"));
  if (get_base == nullptr) {
    return Error{ErrorCode::unavailable, path.filename().string() + " is not ONNX Runtime", path.string(), {}};
  }
  const OrtApiBase* const base = get_base();
  const OrtApi* const api = base->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    return Error{ErrorCode::unavailable,
                 "ONNX Runtime is too old: expected at least 1." + std::to_string(ORT_API_VERSION) + ", found " +
                     base->GetVersionString(),
                 path.string(),
                 {}};
  }
  return LoadedApi{api, base->GetVersionString()};
}

LogLevel level_of(OrtLoggingLevel severity) {
  switch (severity) {
    case ORT_LOGGING_LEVEL_VERBOSE: return LogLevel::debug;
    case ORT_LOGGING_LEVEL_INFO: return LogLevel::debug;
    case ORT_LOGGING_LEVEL_WARNING: return LogLevel::warning;
    case ORT_LOGGING_LEVEL_ERROR:
    case ORT_LOGGING_LEVEL_FATAL: break;
  }
  return LogLevel::error;
}

void ORT_API_CALL log_message(void* /*self*/, OrtLoggingLevel severity, const char* /*category*/, const char* /*id*/,
                              const char* /*location*/, const char* message) {
  base::log(level_of(severity), std::string("ONNX Runtime: ") + message);
}

Result<Runtime> find_runtime(const std::filesystem::path& explicit_path) {
  Error nothing_loads{ErrorCode::unavailable,
                      "ONNX Runtime was not found; run scripts/setup.sh, or set AKIDB_EMBED_ONNXRUNTIME to its "
                      "shared library",
                      {},
                      {}};
  for (const auto& candidate : library_candidates(explicit_path)) {
    std::error_code ignored;
    if (candidate.has_parent_path() && !std::filesystem::exists(candidate, ignored)) {
      nothing_loads.detail += (nothing_loads.detail.empty() ? "" : "; ") + candidate.string() + ": no such file";
      continue;
    }
    const auto loaded = load_api(candidate);
    if (!loaded) {
      nothing_loads.detail += (nothing_loads.detail.empty() ? "" : "; ") + to_string(loaded.error());
      continue;
    }
    Ort::InitApi(loaded->api);
    return Runtime{candidate, loaded->version, Ort::GetAvailableProviders()};
  }
  return nothing_loads;
}

}  // namespace

Result<const Runtime*> load_runtime(const std::filesystem::path& explicit_path) {
  static std::mutex mutex;
  static std::optional<Runtime> loaded;
  const std::lock_guard lock(mutex);
  if (!loaded) {
    auto found = find_runtime(explicit_path);
    if (!found) return std::move(found).error();
    loaded = std::move(found).value();
  } else if (!explicit_path.empty() && explicit_path != loaded->library) {
    return Error{
        ErrorCode::invalid_argument,
        "onnxruntime: this process already runs ONNX Runtime " + loaded->version + "; a process can load only one",
        loaded->library.string(),
        {}};
  }
  return &*loaded;
}

// Never destroyed: sessions may end after static objects.
Ort::Env& ort_env() {
  static auto* const kEnv = [] {
    auto* const env = new Ort::Env(ORT_LOGGING_LEVEL_WARNING, "akidb-embedding", log_message, nullptr);
    env->DisableTelemetryEvents();
    return env;
  }();
  return *kEnv;
}

}  // namespace akidb::embedding::backend::onnx
