#include "backend/onnx/device_problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::backend::onnx {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(DeviceProblem, SaysWhatToDo) {
  const std::pair<const char*, const char*> cases[] = {
      {"CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version ; GPU=-1 ; hostname=x",
       "NVIDIA's driver is missing or older than this CUDA needs"},
      {"libcuda.so.1: cannot open shared object file: No such file or directory", "install the driver"},
      {"CUDA failure 100: no CUDA-capable device is detected", "no NVIDIA GPU is visible"},
      {"CUDA failure 101: invalid device ordinal", "there is no GPU of this number"},
      {"Failed to load library libonnxruntime_providers_cuda.so with error: libcublasLt.so.12: cannot open shared "
       "object file: No such file or directory",
       "install CUDA"},
      {"Failed to load library x with error: libcudnn.so.9: cannot open shared object file", "install cuDNN"},
      {"Failed to load library x with error: libnvinfer.so.10: cannot open shared object file", "install TensorRT"},
      {"CUDA failure 2: out of memory", "the device's memory is full"},
      {"CUDA error cudaErrorNoKernelImageForDevice:no kernel image is available for execution", "generation"},
  };
  for (const auto& [words, sentence] : cases) {
    const auto problem = device_problem(Device::cuda, words, true);
    EXPECT_THAT(problem, StartsWith("device cuda cannot be used: "));
    EXPECT_THAT(problem, HasSubstr(sentence)) << words;
  }
}

TEST(DeviceProblem, GivesTheDevicesRemedyWhereTheWordsAreNew) {
  const auto problem = device_problem(Device::coreml, "something else", false);
  EXPECT_EQ(problem, "device coreml cannot be used; " + std::string(names_of(Device::coreml).remedy));
}

TEST(DeviceProblem, NamesTheMissingDriverBesideAnythingElse) {
  const char* const words = "Failed to load library x with error: libnvinfer.so.10: cannot open shared object file";
  const auto both = device_problem(Device::tensorrt, words, false);
  EXPECT_THAT(both, HasSubstr("install TensorRT"));
  EXPECT_THAT(both, HasSubstr("; NVIDIA's driver is missing, too"));
  EXPECT_EQ(device_problem(Device::tensorrt, words, true).find("driver"), std::string::npos);
  EXPECT_THAT(device_problem(Device::cuda, "something else", false), HasSubstr("NVIDIA's driver is missing"));
  EXPECT_EQ(device_problem(Device::openvino, words, false).find("driver"), std::string::npos);
  // Once is enough.
  EXPECT_EQ(device_problem(Device::cuda, "libcuda.so.1: cannot open", false),
            device_problem(Device::cuda, "libcuda.so.1: cannot open", true));
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
