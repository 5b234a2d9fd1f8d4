#include "backend/onnx/device_options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <set>

namespace akidb::embedding::backend::onnx {
namespace {

struct Case {
  std::string name;
  Device device;
  DeviceSettings settings;
  OptionList expected;
};

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

const std::vector<Case> kCases = {
    {"Cpu", Device::cpu, {"1", 7, "/cache", 3}, {}},
    {"CudaBare",
     Device::cuda,
     {},
     {{"device_id", "0"}, {"use_tf32", "0"}, {"arena_extend_strategy", "kSameAsRequested"}}},
    {"CudaFull",
     Device::cuda,
     {"1", 2'000'000'000, "/cache", 3},
     {{"device_id", "1"},
      {"gpu_mem_limit", "2000000000"},
      {"use_tf32", "0"},
      {"arena_extend_strategy", "kSameAsRequested"}}},
    {"TensorrtBare", Device::tensorrt, {}, {{"device_id", "0"}, {"trt_fp16_enable", "0"}}},
    {"TensorrtCached",
     Device::tensorrt,
     {"2", 1'000, "/cache", 1},
     {{"device_id", "2"},
      {"trt_max_workspace_size", "1000"},
      {"trt_fp16_enable", "0"},
      {"trt_engine_cache_enable", "1"},
      {"trt_engine_cache_path", "/cache"},
      {"trt_timing_cache_enable", "1"},
      {"trt_timing_cache_path", "/cache"}}},
    {"Coreml",
     Device::coreml,
     {"", 0, "/cache", 2},
     {{"ModelFormat", "MLProgram"},
      {"MLComputeUnits", "ALL"},
      {"RequireStaticInputShapes", "1"},
      {"AllowLowPrecisionAccumulationOnGPU", "0"},
      {"ModelCacheDirectory", "/cache"}}},
    {"CoremlCpuOnly",
     Device::coreml,
     {"CPUOnly", 0, "", 2},
     {{"ModelFormat", "MLProgram"},
      {"MLComputeUnits", "CPUOnly"},
      {"RequireStaticInputShapes", "1"},
      {"AllowLowPrecisionAccumulationOnGPU", "0"}}},
    {"Directml", Device::directml, {"1", 9, "/cache", 4}, {{"device_id", "1"}}},
    {"Openvino",
     Device::openvino,
     {"", 0, "/cache", 2},
     {{"device_type", "CPU"},
      {"precision", "FP32"},
      {"num_of_threads", "2"},
      {"num_streams", "2"},
      {"cache_dir", "/cache"}}},
    {"Xnnpack", Device::xnnpack, {"", 0, "", 4}, {{"intra_op_num_threads", "4"}}},
    {"Onednn", Device::onednn, {"", 0, "", 4}, {{"use_arena", "1"}}},
};

class DeviceOptions : public ::testing::TestWithParam<Case> {};

TEST_P(DeviceOptions, AreThoseOfTheTable) {
  EXPECT_EQ(options_of(GetParam().device, GetParam().settings), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Table, DeviceOptions, ::testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

TEST(DeviceRules, AreThereForEveryDevice) {
  for (const auto& names : all_devices()) {
    const auto& rules = rules_of(names.device);
    EXPECT_EQ(rules.device, names.device) << names.name;
    EXPECT_EQ(rules.attach == Attach::by_name, !rules.attach_name.empty()) << names.name;
    EXPECT_GT(rules.unit_tokens, 0U);
    std::set<std::string_view> keys;
    for (const auto& option : rules.options) EXPECT_TRUE(keys.insert(option.key).second) << option.key;
  }
}

TEST(DeviceRules, FixShapesForDevicesThatCompileThem) {
  for (const auto device : {Device::coreml, Device::directml}) EXPECT_TRUE(rules_of(device).static_shapes);
  for (const auto device : {Device::cpu, Device::cuda, Device::openvino}) EXPECT_FALSE(rules_of(device).static_shapes);
  EXPECT_TRUE(rules_of(Device::directml).one_run_at_a_time);
  EXPECT_FALSE(rules_of(Device::cuda).one_run_at_a_time);
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
