// A library that says it is ONNX Runtime and offers every execution provider. It hands all work to the real library,
// on the CPU, so that vectors are real; sessions that took an execution provider are watched, and spoiled where a
// test asks for it.
//
//   FAKE_ORT_LOG    file to which a line goes for each option list, session and run of such sessions
//   FAKE_ORT_FAULT  nan | zero | other: spoil outputs; no_nodes: say that the CPU ran it all; attach:WORDS,
//                   session:WORDS: fail with these words
#include <dlfcn.h>
#include <onnxruntime_c_api.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

const OrtApi* real = nullptr;
std::mutex mutex;
std::set<const void*> on_device;  // session options, then sessions, that took an execution provider
std::string provider_of_process = "CUDAExecutionProvider";  // the last one that was taken
std::atomic<int> running{0};

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

void log(const std::string& line) {
  const std::string file = variable("FAKE_ORT_LOG");
  if (!file.empty()) std::ofstream(file, std::ios::app) << line << '\n';
}

// Null where the fault is another one.
OrtStatus* fault(const std::string& step) {
  const std::string words = variable("FAKE_ORT_FAULT");
  if (words.rfind(step + ":", 0) != 0) return nullptr;
  return real->CreateStatus(ORT_FAIL, words.substr(step.size() + 1).c_str());
}

bool is_on_device(const void* pointer) {
  const std::lock_guard lock(mutex);
  return on_device.count(pointer) != 0;
}

OrtStatus* attach(OrtSessionOptions* options, const std::string& what, const std::string& provider) {
  if (OrtStatus* const status = fault("attach")) return status;
  const std::lock_guard lock(mutex);
  log("attach " + what);
  // The first is the one that goes before the others.
  if (on_device.insert(options).second) provider_of_process = provider;
  return nullptr;
}

std::string words(const char* const* keys, const char* const* values, std::size_t count) {
  std::vector<std::string> pairs;
  for (std::size_t at = 0; at < count; ++at) pairs.push_back(std::string(keys[at]) + "=" + values[at]);
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const auto& pair : pairs) text += " " + pair;
  return text;
}

OrtStatus* ORT_API_CALL available(char*** out, int* length) noexcept {
  static std::vector<std::string> names = {
      "TensorrtExecutionProvider", "CUDAExecutionProvider",    "OpenVINOExecutionProvider", "CoreMLExecutionProvider",
      "DmlExecutionProvider",      "XnnpackExecutionProvider", "DnnlExecutionProvider",     "CPUExecutionProvider"};
  static std::vector<char*> pointers;
  pointers.clear();
  for (auto& name : names) pointers.push_back(name.data());
  *out = pointers.data();
  *length = static_cast<int>(pointers.size());
  return nullptr;
}

OrtStatus* ORT_API_CALL release_available(char**, int) noexcept { return nullptr; }

OrtStatus* ORT_API_CALL append(OrtSessionOptions* options, const char* name, const char* const* keys,
                               const char* const* values, std::size_t count) noexcept {
  const std::string_view device = name;
  const std::string provider = device == "CoreML"    ? "CoreMLExecutionProvider"
                               : device == "DML"     ? "DmlExecutionProvider"
                               : device == "XNNPACK" ? "XnnpackExecutionProvider"
                                                     : "";
  if (provider.empty()) return real->CreateStatus(ORT_INVALID_ARGUMENT, "Unknown provider name.");
  return attach(options, name + words(keys, values, count), provider);
}

OrtStatus* ORT_API_CALL append_openvino(OrtSessionOptions* options, const char* const* keys, const char* const* values,
                                        std::size_t count) noexcept {
  return attach(options, "OpenVINO" + words(keys, values, count), "OpenVINOExecutionProvider");
}

// The opaque option objects of CUDA, TensorRT and oneDNN are text here.
template <class Options>
struct Opaque {
  static OrtStatus* ORT_API_CALL create(Options** out) noexcept {
    *out = reinterpret_cast<Options*>(new std::string);
    return nullptr;
  }
  static OrtStatus* ORT_API_CALL update(Options* options, const char* const* keys, const char* const* values,
                                        std::size_t count) noexcept {
    *reinterpret_cast<std::string*>(options) = words(keys, values, count);
    return nullptr;
  }
  static void ORT_API_CALL release(Options* options) noexcept { delete reinterpret_cast<std::string*>(options); }
};

OrtStatus* ORT_API_CALL append_cuda(OrtSessionOptions* options, const OrtCUDAProviderOptionsV2* cuda) noexcept {
  return attach(options, "CUDA" + *reinterpret_cast<const std::string*>(cuda), "CUDAExecutionProvider");
}

OrtStatus* ORT_API_CALL append_tensorrt(OrtSessionOptions* options, const OrtTensorRTProviderOptionsV2* trt) noexcept {
  return attach(options, "TensorRT" + *reinterpret_cast<const std::string*>(trt), "TensorrtExecutionProvider");
}

OrtStatus* ORT_API_CALL append_onednn(OrtSessionOptions* options, const OrtDnnlProviderOptions* onednn) noexcept {
  return attach(options, "oneDNN" + *reinterpret_cast<const std::string*>(onednn), "DnnlExecutionProvider");
}

void ORT_API_CALL release_options(OrtSessionOptions* options) noexcept {
  {
    const std::lock_guard lock(mutex);
    on_device.erase(options);
  }
  real->ReleaseSessionOptions(options);
}

OrtStatus* ORT_API_CALL fix_size(OrtSessionOptions* options, const char* name, std::int64_t size) noexcept {
  log("size " + std::string(name) + "=" + std::to_string(size));
  return real->AddFreeDimensionOverrideByName(options, name, size);
}

OrtStatus* ORT_API_CALL create_session(const OrtEnv* env, const ORTCHAR_T* path, const OrtSessionOptions* options,
                                       OrtSession** out) noexcept {
  const bool watched = is_on_device(options);
  if (watched) {
    if (OrtStatus* const status = fault("session")) return status;
  }
  OrtStatus* const status = real->CreateSession(env, path, options, out);
  if (status != nullptr || !watched) return status;
  const std::string graph = path;
  log("session " + graph.substr(graph.rfind('/') + 1));
  const std::lock_guard lock(mutex);
  on_device.insert(*out);
  return nullptr;
}

void ORT_API_CALL release_session(OrtSession* session) noexcept {
  {
    const std::lock_guard lock(mutex);
    on_device.erase(session);
  }
  real->ReleaseSession(session);
}

std::vector<std::int64_t> shape_of(const OrtValue* value) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  if (real->GetTensorTypeAndShape(value, &info) != nullptr) return {};
  std::size_t rank = 0;
  std::vector<std::int64_t> shape;
  if (real->GetDimensionsCount(info, &rank) == nullptr) {
    shape.resize(rank);
    if (real->GetDimensions(info, shape.data(), rank) != nullptr) shape.clear();
  }
  real->ReleaseTensorTypeAndShapeInfo(info);
  return shape;
}

void spoil(OrtValue* output) {
  const std::string how = variable("FAKE_ORT_FAULT");
  std::size_t count = 1;
  for (const auto size : shape_of(output)) count *= static_cast<std::size_t>(size);
  void* data = nullptr;
  if (count < 2 || real->GetTensorMutableData(output, &data) != nullptr) return;
  auto* const values = static_cast<float*>(data);
  if (how == "nan") values[count / 2] = std::numeric_limits<float>::quiet_NaN();
  if (how == "zero") std::fill_n(values, count, 0.0F);
  if (how == "other") std::reverse(values, values + count);
}

OrtStatus* ORT_API_CALL run(OrtSession* session, const OrtRunOptions* options, const char* const* input_names,
                            const OrtValue* const* inputs, std::size_t input_count, const char* const* output_names,
                            std::size_t output_count, OrtValue** outputs) noexcept {
  if (!is_on_device(session)) {
    return real->Run(session, options, input_names, inputs, input_count, output_names, output_count, outputs);
  }
  std::ostringstream line;
  line << "run";
  for (const auto size : shape_of(inputs[0])) line << ' ' << size;
  if (running.fetch_add(1) > 0) line << " beside another";
  {
    const std::lock_guard lock(mutex);
    log(line.str());
  }
  OrtStatus* const status =
      real->Run(session, options, input_names, inputs, input_count, output_names, output_count, outputs);
  running.fetch_sub(1);
  if (status == nullptr) spoil(outputs[0]);
  return status;
}

OrtStatus* ORT_API_CALL end_profiling(OrtSession* session, OrtAllocator* allocator, char** out) noexcept {
  OrtStatus* const status = real->SessionEndProfiling(session, allocator, out);
  if (status != nullptr || !is_on_device(session) || variable("FAKE_ORT_FAULT") == "no_nodes") return status;
  std::string text;
  {
    std::ifstream file(*out, std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
  }
  const std::string cpu = "CPUExecutionProvider";
  const std::lock_guard lock(mutex);
  // All but the first node's.
  std::size_t at = text.find(cpu);
  if (at != std::string::npos) at = text.find(cpu, at + cpu.size());
  for (; at != std::string::npos; at = text.find(cpu, at + provider_of_process.size())) {
    text.replace(at, cpu.size(), provider_of_process);
  }
  std::ofstream(*out, std::ios::binary) << text;
  return nullptr;
}

const OrtApi* ORT_API_CALL get_api(std::uint32_t version) noexcept {
  static OrtApi fake = [version] {
    void* const library = ::dlopen(AKIDB_EMBEDDING_ORT_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    using GetBase = const OrtApiBase*(ORT_API_CALL*)();
    const auto get_base = reinterpret_cast<GetBase>(::dlsym(library, "OrtGetApiBase"));
    real = get_base()->GetApi(version);
    OrtApi api = *real;
    api.GetAvailableProviders = available;
    api.ReleaseAvailableProviders = release_available;
    api.SessionOptionsAppendExecutionProvider = append;
    api.SessionOptionsAppendExecutionProvider_OpenVINO_V2 = append_openvino;
    api.CreateCUDAProviderOptions = Opaque<OrtCUDAProviderOptionsV2>::create;
    api.UpdateCUDAProviderOptions = Opaque<OrtCUDAProviderOptionsV2>::update;
    api.ReleaseCUDAProviderOptions = Opaque<OrtCUDAProviderOptionsV2>::release;
    api.SessionOptionsAppendExecutionProvider_CUDA_V2 = append_cuda;
    api.CreateTensorRTProviderOptions = Opaque<OrtTensorRTProviderOptionsV2>::create;
    api.UpdateTensorRTProviderOptions = Opaque<OrtTensorRTProviderOptionsV2>::update;
    api.ReleaseTensorRTProviderOptions = Opaque<OrtTensorRTProviderOptionsV2>::release;
    api.SessionOptionsAppendExecutionProvider_TensorRT_V2 = append_tensorrt;
    api.CreateDnnlProviderOptions = Opaque<OrtDnnlProviderOptions>::create;
    api.UpdateDnnlProviderOptions = Opaque<OrtDnnlProviderOptions>::update;
    api.ReleaseDnnlProviderOptions = Opaque<OrtDnnlProviderOptions>::release;
    api.SessionOptionsAppendExecutionProvider_Dnnl = append_onednn;
    api.ReleaseSessionOptions = release_options;
    api.AddFreeDimensionOverrideByName = fix_size;
    api.CreateSession = create_session;
    api.ReleaseSession = release_session;
    api.Run = run;
    api.SessionEndProfiling = end_profiling;
    return api;
  }();
  return &fake;
}

const char* ORT_API_CALL version() noexcept { return "1.99.0"; }

}  // namespace

extern "C" __attribute__((visibility("default"))) const OrtApiBase* ORT_API_CALL OrtGetApiBase() noexcept {
  static const OrtApiBase kBase = {get_api, version};
  return &kBase;
}
