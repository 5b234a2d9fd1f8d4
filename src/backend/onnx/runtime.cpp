#include "backend/onnx/runtime.hpp"

#include <mutex>
#include <optional>
#include <utility>

#include "backend/onnx/error_words.hpp"
#include "backend/onnx/ort.hpp"
#include "base/dynamic_library.hpp"
#include "base/environment.hpp"
#include "base/log.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

struct LoadedApi {
  const OrtApi* api;
  std::string version;
};

Error unavailable(std::string problem, const std::filesystem::path& path) {
  return {ErrorCode::unavailable, "onnxruntime: " + std::move(problem), path.string(), {}};
}

// A path without a folder is for the system's own search.
bool is_absent(const std::filesystem::path& path) {
  std::error_code ignored;
  return path.has_parent_path() && !std::filesystem::exists(path, ignored);
}

Result<LoadedApi> load_api(const std::filesystem::path& path) {
  const auto file = path.filename().string();
  if (is_absent(path)) return unavailable("there is no file " + file, path);
  const auto library = base::DynamicLibrary::load(path);
  if (!library) {
    auto error = unavailable(library.error().message, path);
    error.detail += ": " + library.error().detail;
    return error;
  }
  using GetApiBase = const OrtApiBase* (*)();
  const auto get_base = reinterpret_cast<GetApiBase>(library->symbol("OrtGetApiBase"));
  const OrtApiBase* const base = get_base != nullptr ? get_base() : nullptr;
  if (base == nullptr) return unavailable(file + " is not ONNX Runtime", path);
  const OrtApi* const api = base->GetApi(ORT_API_VERSION);
  if (api == nullptr) {
    return unavailable(file + " is too old: expected ONNX Runtime 1." + std::to_string(ORT_API_VERSION) +
                           " or newer, found " + base->GetVersionString(),
                       path);
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

// What a session says, beside the error that it gives, where its graph cannot be loaded: the profile would be of the
// warm-up (SessionPlan::profile_prefix), and there was none.
constexpr std::string_view kNoWarmUp = "Could not write a profile";

void ORT_API_CALL log_message(void* /*self*/, OrtLoggingLevel severity, const char* /*category*/, const char* /*id*/,
                              const char* /*location*/, const char* message) {
  if (std::string_view(message).starts_with(kNoWarmUp)) return;
  base::log(level_of(severity), "ONNX Runtime: " + error_words(message));
}

bool is_same_file(const std::filesystem::path& left, const std::filesystem::path& right) {
  std::error_code ignored;
  return left == right || std::filesystem::equivalent(left, right, ignored);
}

Error with_remedy(Error error, const std::string& remedy) {
  if (!remedy.empty()) error.message += "; " + remedy;
  return error;
}

Result<Runtime> find_runtime(const std::filesystem::path& explicit_path) {
  const auto candidates = library_candidates(explicit_path);
  Error nothing_loads{ErrorCode::unavailable,
                      "ONNX Runtime was not found; run scripts/setup.sh, or set AKIDB_EMBED_ONNXRUNTIME to its "
                      "shared library",
                      {},
                      {}};
  for (const auto& candidate : candidates.paths) {
    const auto loaded = load_api(candidate);
    if (loaded) {
      Ort::InitApi(loaded->api);
      return Runtime{candidate, loaded->version, Ort::GetAvailableProviders()};
    }
    if (candidates.paths.size() == 1) return with_remedy(loaded.error(), candidates.remedy);
    // What stands where it was looked for and does not serve is worth a word even where another one does.
    if (candidate.has_parent_path() && !is_absent(candidate)) base::log(LogLevel::warning, to_string(loaded.error()));
    nothing_loads.detail += (nothing_loads.detail.empty() ? "" : "; ") + to_string(loaded.error());
  }
  return nothing_loads;
}

}  // namespace

Result<const Runtime*> load_runtime(const std::filesystem::path& explicit_path) {
  static std::mutex mutex;
  static std::optional<Runtime> loaded;
  const std::lock_guard lock(mutex);
  if (!loaded) {
    // Current builds report their use over the network as soon as they are loaded, and keep an id of the
    // machine in the user's cache. Nothing here asked for that; a user may, by setting the variable to 0.
    base::set_environment_default("ORT_DISABLE_TELEMETRY", "1");
    auto found = find_runtime(explicit_path);
    if (!found) return std::move(found).error();
    loaded = std::move(found).value();
  } else if (!explicit_path.empty() && !is_same_file(explicit_path, loaded->library)) {
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
