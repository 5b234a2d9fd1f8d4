#include "backend/onnx/attach_device.hpp"

#include <memory>
#include <string>
#include <unordered_map>

namespace akidb::embedding::backend::onnx {
namespace {

using Map = std::unordered_map<std::string, std::string>;

// Pointers to the options' words, as the C interface takes them.
struct Words {
  explicit Words(const OptionList& options) {
    for (const auto& [key, value] : options) {
      keys.push_back(key.c_str());
      values.push_back(value.c_str());
    }
  }
  std::vector<const char*> keys;
  std::vector<const char*> values;
};

void attach_cuda(Ort::SessionOptions& session, const OptionList& options) {
  const auto& api = Ort::GetApi();
  OrtCUDAProviderOptionsV2* cuda = nullptr;
  Ort::ThrowOnError(api.CreateCUDAProviderOptions(&cuda));
  const std::unique_ptr<OrtCUDAProviderOptionsV2, decltype(api.ReleaseCUDAProviderOptions)> release(
      cuda, api.ReleaseCUDAProviderOptions);
  const Words words(options);
  Ort::ThrowOnError(api.UpdateCUDAProviderOptions(cuda, words.keys.data(), words.values.data(), words.keys.size()));
  session.AppendExecutionProvider_CUDA_V2(*cuda);
}

void attach_tensorrt(Ort::SessionOptions& session, const OptionList& options) {
  const auto& api = Ort::GetApi();
  OrtTensorRTProviderOptionsV2* tensorrt = nullptr;
  Ort::ThrowOnError(api.CreateTensorRTProviderOptions(&tensorrt));
  const std::unique_ptr<OrtTensorRTProviderOptionsV2, decltype(api.ReleaseTensorRTProviderOptions)> release(
      tensorrt, api.ReleaseTensorRTProviderOptions);
  const Words words(options);
  Ort::ThrowOnError(
      api.UpdateTensorRTProviderOptions(tensorrt, words.keys.data(), words.values.data(), words.keys.size()));
  session.AppendExecutionProvider_TensorRT_V2(*tensorrt);
}

void attach_onednn(Ort::SessionOptions& session, const OptionList& options) {
  const auto& api = Ort::GetApi();
  OrtDnnlProviderOptions* onednn = nullptr;
  Ort::ThrowOnError(api.CreateDnnlProviderOptions(&onednn));
  const std::unique_ptr<OrtDnnlProviderOptions, decltype(api.ReleaseDnnlProviderOptions)> release(
      onednn, api.ReleaseDnnlProviderOptions);
  const Words words(options);
  Ort::ThrowOnError(api.UpdateDnnlProviderOptions(onednn, words.keys.data(), words.values.data(), words.keys.size()));
  session.AppendExecutionProvider_Dnnl(*onednn);
}

}  // namespace

void attach_device(Ort::SessionOptions& session, Device device, const DeviceSettings& settings) {
  const auto& rules = rules_of(device);
  const auto options = options_of(device, settings);
  switch (rules.attach) {
    case Attach::nothing: return;
    case Attach::by_name:
      session.AppendExecutionProvider(std::string(rules.attach_name), Map(options.begin(), options.end()));
      return;
    case Attach::cuda: attach_cuda(session, options); return;
    case Attach::tensorrt:
      attach_tensorrt(session, options);
      // For the nodes that TensorRT does not take.
      attach_cuda(session, options_of(Device::cuda, settings));
      return;
    case Attach::openvino: session.AppendExecutionProvider_OpenVINO_V2(Map(options.begin(), options.end())); return;
    case Attach::onednn: attach_onednn(session, options); return;
  }
}

}  // namespace akidb::embedding::backend::onnx
