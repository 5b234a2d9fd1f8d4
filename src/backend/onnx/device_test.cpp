#include "backend/onnx/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

namespace akidb::embedding::backend::onnx {
namespace {

using Providers = std::vector<std::string>;

const Providers kCpu = {"CPUExecutionProvider"};
const Providers kGpu = {"TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"};
const Providers kApple = {"CoreMLExecutionProvider", "CPUExecutionProvider"};
const Providers kWindows = {"DmlExecutionProvider", "CPUExecutionProvider"};
const Providers kAll = {"CUDAExecutionProvider", "CoreMLExecutionProvider", "DmlExecutionProvider",
                        "CPUExecutionProvider"};
const Providers kForeign = {"AzureExecutionProvider", "CPUExecutionProvider"};

struct Chosen {
  std::string name;
  std::string requested;
  Providers available;
  Platform platform;
  Device device;
  std::string reason;
};

void PrintTo(const Chosen& chosen, std::ostream* out) { *out << chosen.name; }

const std::vector<Chosen> kChosen = {
    {"LinuxCpu", "auto", kCpu, Platform::other, Device::cpu,
     "auto: this ONNX Runtime has no CUDAExecutionProvider, so the CPU"},
    {"LinuxForeign", "auto", kForeign, Platform::other, Device::cpu,
     "auto: this ONNX Runtime has no CUDAExecutionProvider, so the CPU"},
    {"LinuxGpu", "auto", kGpu, Platform::other, Device::cuda, "auto: this ONNX Runtime has CUDAExecutionProvider"},
    {"LinuxAll", "auto", kAll, Platform::other, Device::cuda, "auto: this ONNX Runtime has CUDAExecutionProvider"},
    {"LinuxLeavesOtherPlatformsAlone", "auto", kApple, Platform::other, Device::cpu,
     "auto: this ONNX Runtime has no CUDAExecutionProvider, so the CPU"},
    {"MacCpu", "auto", kCpu, Platform::macos, Device::cpu,
     "auto: this ONNX Runtime has no CoreMLExecutionProvider, so the CPU"},
    {"MacCoreml", "auto", kApple, Platform::macos, Device::coreml,
     "auto: this ONNX Runtime has CoreMLExecutionProvider"},
    {"MacAll", "auto", kAll, Platform::macos, Device::coreml, "auto: this ONNX Runtime has CoreMLExecutionProvider"},
    {"WindowsCpu", "auto", kCpu, Platform::windows, Device::cpu,
     "auto: this ONNX Runtime has no CUDAExecutionProvider, DmlExecutionProvider, so the CPU"},
    {"WindowsDirectml", "auto", kWindows, Platform::windows, Device::directml,
     "auto: this ONNX Runtime has DmlExecutionProvider"},
    {"WindowsAll", "auto", kAll, Platform::windows, Device::cuda, "auto: this ONNX Runtime has CUDAExecutionProvider"},
    {"AskedForTheCpu", "cpu", kAll, Platform::other, Device::cpu, "device cpu was asked for"},
    {"AskedForCuda", "cuda", kGpu, Platform::other, Device::cuda, "device cuda was asked for"},
    {"AskedForCoreml", "coreml", kApple, Platform::macos, Device::coreml, "device coreml was asked for"},
    {"AskedForDirectml", "directml", kWindows, Platform::windows, Device::directml, "device directml was asked for"},
};

class ChosenDevice : public ::testing::TestWithParam<Chosen> {};

TEST_P(ChosenDevice, ComesWithItsReason) {
  const auto choice = choose(GetParam().requested, GetParam().available, GetParam().platform);
  ASSERT_TRUE(choice) << to_string(choice.error());
  EXPECT_EQ(choice->device, GetParam().device);
  EXPECT_EQ(choice->reason, GetParam().reason);
  EXPECT_EQ(choice->automatic, GetParam().requested == "auto");
}

INSTANTIATE_TEST_SUITE_P(Table, ChosenDevice, ::testing::ValuesIn(kChosen),
                         [](const auto& chosen) { return chosen.param.name; });

TEST(RefusedDevice, IsUnavailableWithReasonAndRemedy) {
  for (const auto& names : all_devices()) {
    SCOPED_TRACE(names.name);
    EXPECT_EQ(&names_of(names.device), &names);
    const Providers others = {"OtherExecutionProvider", "AnotherExecutionProvider"};
    const auto choice = choose(names.name, others);
    ASSERT_FALSE(choice);
    EXPECT_EQ(choice.error().code, ErrorCode::unavailable);
    EXPECT_EQ(choice.error().message, "device " + std::string(names.name) + ": this ONNX Runtime has no " +
                                          std::string(names.execution_provider) +
                                          " (it has OtherExecutionProvider, AnotherExecutionProvider); " +
                                          std::string(names.remedy) + ", or use device auto");
  }
  EXPECT_EQ(all_devices().size(), 8U);
}

TEST(RefusedDevice, IsInvalidWhereItsNameIsUnknown) {
  for (const auto* name : {"", "gpu", "CPU", "cuda ", "cuda:0", "toaster"}) {
    const auto choice = choose(name, kAll);
    ASSERT_FALSE(choice) << name;
    EXPECT_EQ(choice.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(
        choice.error().message,
        "device: expected one of auto, cpu, cuda, tensorrt, coreml, directml, openvino, xnnpack, onednn, found \"" +
            std::string(name) + "\"");
  }
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
