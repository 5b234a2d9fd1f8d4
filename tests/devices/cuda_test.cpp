// ONNX Runtime's real build for CUDA and TensorRT. Where there is a driver, the golden vectors; where there is none,
// an error that names it, and `auto` on the CPU.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>

#include "backend/onnx/device_problem.hpp"
#include "golden_data.hpp"

namespace akidb::embedding {
namespace {

using test::golden_texts;
using ::testing::HasSubstr;

void expect_goldens(EmbeddingProvider& provider, double least_cosine) {
  BatchEmbeddingRequest request;
  for (const auto& golden : golden_texts()) request.inputs.emplace_back(golden.text);
  const auto all = provider.embed_batch(std::move(request));
  ASSERT_TRUE(all) << to_string(all.error());
  for (std::size_t at = 0; at < golden_texts().size(); ++at) {
    EXPECT_GE(test::cosine(all->embeddings.row(at), golden_texts()[at].vector), least_cosine);
  }
}

TEST(Cuda, GivesTheGoldenVectorsOrNamesTheDriver) {
  const auto provider = open({.device = "cuda"});
  if (provider) {
    expect_goldens(**provider, 0.99999);
    return;
  }
  EXPECT_EQ(provider.error().code, ErrorCode::unavailable);
  EXPECT_THAT(provider.error().message, HasSubstr("device cuda cannot be used: NVIDIA's driver is missing"));
}

TEST(Cuda, OfTensorrtGivesTheGoldenVectorsOrNamesWhatIsMissing) {
  const auto provider = open({.device = "tensorrt"});
  if (provider) {
    expect_goldens(**provider, 0.9999);
    return;
  }
  EXPECT_EQ(provider.error().code, ErrorCode::unavailable);
  EXPECT_THAT(provider.error().message, HasSubstr("device tensorrt cannot be used: "));
  if (!backend::onnx::has_nvidia_driver()) {
    EXPECT_THAT(provider.error().message, HasSubstr("NVIDIA's driver is missing"));
  } else {
    EXPECT_THAT(provider.error().message, HasSubstr("TensorRT's libraries were not found: install TensorRT"));
  }
}

TEST(Cuda, OfAutoStepsDownWithTheReason) {
  const auto provider = open({.provider = ProviderKind::onnx});
  ASSERT_TRUE(provider) << to_string(provider.error());
  const auto info = (*provider)->model_info();
  ASSERT_TRUE(info);
  if (info->device == "cpu") {
    EXPECT_THAT(info->device_reason, HasSubstr("auto: device cuda cannot be used: NVIDIA's driver is missing"));
  }
  expect_goldens(**provider, 0.99999);
}

}  // namespace
}  // namespace akidb::embedding
