// A library that says it is ONNX Runtime 1.10.0: it has none of the interface that a newer caller asks for.
#include <onnxruntime_c_api.h>

namespace {

const OrtApi* ORT_API_CALL get_api(uint32_t /*version*/) noexcept { return nullptr; }
const char* ORT_API_CALL version() noexcept { return "1.10.0"; }

}  // namespace

extern "C" __attribute__((visibility("default"))) const OrtApiBase* OrtGetApiBase() noexcept {
  static const OrtApiBase kBase = {get_api, version};
  return &kBase;
}
