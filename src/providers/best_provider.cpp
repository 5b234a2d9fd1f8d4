// `auto`: which provider takes the model.
#include <cstdlib>
#include <system_error>

#include "base/log.hpp"
#include "hub/cache_folders.hpp"
#include "providers/diagnose_parts.hpp"
#include "providers/makers.hpp"
#include "providers/model_location.hpp"

namespace akidb::embedding::providers {
namespace {

bool asks_for_cpu(const ProviderOptions& options) { return options.device == "auto" || options.device == "cpu"; }

// Whether to ask ONNX Runtime for a GPU first. Cheap, and before an engine is loaded: a machine that has only a CPU
// must not load ONNX Runtime to learn it. macOS has CoreML and Windows DirectML wherever ONNX Runtime was built for
// them.
bool may_have_gpu() {
#if defined(__APPLE__) || defined(_WIN32)
  return true;
#else
  std::error_code ignored;
  return std::filesystem::exists("/dev/nvidiactl", ignored);
#endif
}

// A CPU without kernels of its own runs plain loops, which ONNX Runtime is faster than; a user may force them.
bool has_plain_loops_only() {
  const char* const forced = std::getenv("AKIDB_EMBED_ISA");  // NOLINT(concurrency-mt-unsafe): nothing sets variables
  return native_facts().kernels == "scalar" && forced == nullptr;
}

// The model on a GPU where ONNX Runtime has one; nothing where it runs on the CPU after all.
ProviderResult on_a_gpu(const ProviderOptions& options) {
  auto provider = make_onnx_provider(options);
  if (!provider) return provider;
  const auto info = (*provider)->model_info();
  if (info && info->device != "cpu") return provider;
  return Error{ErrorCode::unavailable, "ONNX Runtime has no device but the CPU", {}, {}};
}

// The model's published int8 graph was brought to this machine, its safetensors were not: what is here runs.
bool has_published_int8_alone(const ProviderOptions& options) {
  if (options.dtype != Dtype::int8) return false;
  const auto folders = hub::cache_folders(options.cache, options.hub_cache);
  auto wish = model_wish(options);
  const auto published = locate_here(wish, folders);
  if (!published || !published->complete || !published->graph) return false;
  wish.dtype = Dtype::automatic;
  const auto plain = locate_here(wish, folders);
  return !plain || !plain->complete;
}

}  // namespace

ProviderResult make_best_provider(const ProviderOptions& options) {
  // From here on only graphs will do: where the weights that are here cannot be made one, theirs is fetched.
  auto on_onnx = options;
  on_onnx.provider = ProviderKind::onnx;
  if (!asks_for_cpu(options)) return make_onnx_provider(on_onnx);
  if (options.device == "auto" && may_have_gpu()) {
    if (auto provider = on_a_gpu(options)) return provider;
  }
  if (has_plain_loops_only()) {
    auto provider = make_onnx_provider(options, "not native: no kernels for this CPU");
    if (provider || provider.error().code != ErrorCode::unsupported) return provider;
  }
  if (has_published_int8_alone(options)) {
    const std::string why = "not native: the model's published int8 graph is on this machine, its safetensors are not";
    base::log(LogLevel::warning, why + "; ONNX Runtime runs the graph, whose vectors are not those of the native int8");
    return make_onnx_provider(options, why);
  }
  auto native = make_native_provider(options);
  if (native || native.error().code != ErrorCode::unsupported) return native;
  const std::string why = "not native: " + native.error().message;
  base::log(LogLevel::info, why + "; ONNX Runtime runs the model");
  return make_onnx_provider(on_onnx, why);
}

}  // namespace akidb::embedding::providers
