#include "backend/onnx/device_problem.hpp"

#include <array>

#include "base/dynamic_library.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

struct KnownProblem {
  std::string_view words;  // of ONNX Runtime, the dynamic linker or CUDA
  std::string_view sentence;
};

// The first whose words are found. What is missing comes before what merely was not loaded because of it.
constexpr std::array kProblems = {
    KnownProblem{"CUDA driver version is insufficient",
                 "NVIDIA's driver is missing or older than this CUDA needs: install or update the driver"},
    KnownProblem{"CUDA failure 35",
                 "NVIDIA's driver is missing or older than this CUDA needs: install or update the driver"},
    KnownProblem{"libcuda.so", "NVIDIA's driver is missing (libcuda.so.1): install the driver"},
    KnownProblem{"no CUDA-capable device",
                 "no NVIDIA GPU is visible to this process: look at nvidia-smi and at CUDA_VISIBLE_DEVICES"},
    KnownProblem{"invalid device ordinal", "there is no GPU of this number: look at nvidia-smi, and at --device-id"},
    KnownProblem{"no kernel image is available",
                 "this build of ONNX Runtime has no code for this GPU's generation: use a build for it"},
    KnownProblem{"libnvinfer",
                 "TensorRT's libraries were not found: install TensorRT, and name its folder in LD_LIBRARY_PATH"},
    KnownProblem{"libcudnn", "cuDNN's libraries were not found: install cuDNN, and name its folder in LD_LIBRARY_PATH"},
    KnownProblem{"libcublas",
                 "CUDA's libraries were not found (cuBLAS): install CUDA, and name its folder in LD_LIBRARY_PATH"},
    KnownProblem{"libcudart",
                 "CUDA's libraries were not found (the runtime): install CUDA, and name its folder in LD_LIBRARY_PATH"},
    KnownProblem{"libcufft",
                 "CUDA's libraries were not found (cuFFT): install CUDA, and name its folder in LD_LIBRARY_PATH"},
    KnownProblem{"libcurand",
                 "CUDA's libraries were not found (cuRAND): install CUDA, and name its folder in LD_LIBRARY_PATH"},
    KnownProblem{"libopenvino", "OpenVINO's libraries were not found beside ONNX Runtime: use the whole package"},
    KnownProblem{"out of memory", "the device's memory is full: close what uses it, or choose a smaller model"},
    KnownProblem{"Failed to allocate memory",
                 "the device's memory, or its limit, is full: raise --device-memory, or choose a smaller model"},
    KnownProblem{"Failed to load shared library",
                 "a library of the device could not be loaded: keep ONNX Runtime's files in one folder"},
    KnownProblem{"Device with name", "the device has no such unit: look at --device-id"},
};

std::string_view known_sentence(std::string_view words) {
  for (const auto& known : kProblems) {
    if (words.find(known.words) != std::string_view::npos) return known.sentence;
  }
  return {};
}

#if defined(_WIN32)
constexpr const char* kDriverLibrary = "nvcuda.dll";
#else
constexpr const char* kDriverLibrary = "libcuda.so.1";
#endif

}  // namespace

std::string device_problem(Device device, std::string_view words, bool has_nvidia_driver) {
  const auto& names = names_of(device);
  const auto sentence = known_sentence(words);
  std::string problem = "device " + std::string(names.name) + " cannot be used";
  problem += sentence.empty() ? "; " + std::string(names.remedy) : ": " + std::string(sentence);
  const bool needs_driver = device == Device::cuda || device == Device::tensorrt;
  if (!needs_driver || has_nvidia_driver || sentence.find("driver is missing") != std::string_view::npos)
    return problem;
  return problem + "; NVIDIA's driver is missing, too (" + kDriverLibrary + "): install the driver";
}

bool has_nvidia_driver() { return base::DynamicLibrary::load(kDriverLibrary).has_value(); }

}  // namespace akidb::embedding::backend::onnx
