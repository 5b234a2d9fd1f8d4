// The default model on OpenVINO's CPU plugin: the same golden vectors, at its own tolerance.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/doctor.hpp>
#include <akidb/embedding/open.hpp>

#include <algorithm>
#include <cstdio>

#include "golden_data.hpp"

namespace akidb::embedding {
namespace {

using test::golden_texts;
using ::testing::HasSubstr;

// Two orders of the same float32 sums.
constexpr float kOfOpenvino = 5e-6F;

TEST(Openvino, GivesTheGoldenVectors) {
  const auto provider = open({.device = "openvino"});
  ASSERT_TRUE(provider) << to_string(provider.error());
  const auto info = (*provider)->model_info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->device, "openvino");
  EXPECT_THAT(info->device_reason, HasSubstr("vectors as on the CPU"));
  EXPECT_THAT(info->execution, HasSubstr("OpenVINOExecutionProvider"));
  EXPECT_GT(info->device_share.value_or(0), 0.5);

  float largest = 0;
  BatchEmbeddingRequest request;
  for (const auto& golden : golden_texts()) request.inputs.emplace_back(golden.text);
  const auto all = (*provider)->embed_batch(std::move(request));
  ASSERT_TRUE(all) << to_string(all.error());
  for (std::size_t at = 0; at < golden_texts().size(); ++at) {
    const auto& golden = golden_texts()[at];
    largest = std::max(largest, test::largest_difference(all->embeddings.row(at), golden.vector));
    EXPECT_GE(test::cosine(all->embeddings.row(at), golden.vector), test::kLeastCosine) << golden.text.substr(0, 80);
  }
  for (std::size_t at = 0; at < golden_texts().size(); at += 20) {
    const auto& golden = golden_texts()[at];
    const auto alone = (*provider)->embed_batch({.inputs = {golden.text}});
    ASSERT_TRUE(alone) << to_string(alone.error());
    largest = std::max(largest, test::largest_difference(alone->embeddings.row(0), golden.vector));
  }
  std::printf("largest difference: %.2g\n", static_cast<double>(largest));
  EXPECT_LE(largest, kOfOpenvino);
}

TEST(Openvino, RefusesAUnitThatTheMachineHasNot) {
  const auto provider = open({.device = "openvino", .device_id = "NPU.7"});
  ASSERT_FALSE(provider);
  EXPECT_EQ(provider.error().code, ErrorCode::unavailable) << to_string(provider.error());
  EXPECT_THAT(provider.error().message, HasSubstr("device openvino cannot be used"));
}

TEST(Openvino, IsUsableSaysTheDoctor) {
  const auto diagnosis = diagnose({.device = "openvino"});
  EXPECT_TRUE(diagnosis.works());
  for (const auto& device : diagnosis.devices) {
    EXPECT_EQ(device.usable, device.device == "cpu" || device.device == "openvino") << device.device;
    if (device.usable) {
      EXPECT_GT(device.share.value_or(0), 0.5) << device.device;
    }
  }
}

}  // namespace
}  // namespace akidb::embedding
