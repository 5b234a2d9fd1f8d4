// The provider on MLX, on small models: against transformers' rows (tests/data/encoders), against itself, and what it
// refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "support/encoder_rows.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const fs::path kEncoders = fs::path(AKIDB_EMBEDDING_TEST_DATA) / "encoders";

// Rows have values up to 4.
constexpr float kLargestDifference = 1e-5F;

float largest_difference(std::span<const float> left, std::span<const float> right) {
  if (left.size() != right.size()) return INFINITY;
  float largest = 0;
  for (std::size_t at = 0; at < left.size(); ++at) {
    const float difference = std::abs(left[at] - right[at]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

std::unique_ptr<EmbeddingProvider> open_mlx(const fs::path& model) {
  auto opened = open({.model = model.string(), .provider = ProviderKind::mlx});
  EXPECT_TRUE(opened) << to_string(opened.error());
  return opened ? std::move(*opened) : nullptr;
}

// The rows of all tokens.
std::vector<float> rows_of(EmbeddingProvider& provider, const std::vector<TokenIds>& inputs) {
  BatchEmbeddingRequest request;
  for (const auto& ids : inputs) request.inputs.emplace_back(ids);
  request.output = Output::tokens;
  request.normalize = Normalize::no;
  const auto response = provider.embed_batch(std::move(request));
  EXPECT_TRUE(response) << to_string(response.error());
  if (!response) return {};
  const auto values = response->embeddings.values();
  return {values.begin(), values.end()};
}

class MlxEncoders : public testing::TestWithParam<const char*> {};

TEST_P(MlxEncoders, GiveTheReferencesRows) {
  const auto provider = open_mlx(kEncoders / GetParam());
  ASSERT_NE(provider, nullptr);
  const auto inputs = read_ids(kEncoders / GetParam() / "ids.txt");
  ASSERT_GE(inputs.size(), 8U);
  const auto expected = read_rows(kEncoders / GetParam() / "expected.f32");
  const float together = largest_difference(rows_of(*provider, inputs), expected);
  std::vector<float> one_by_one;
  for (const auto& ids : inputs) {
    const auto rows = rows_of(*provider, {ids});
    one_by_one.insert(one_by_one.end(), rows.begin(), rows.end());
  }
  EXPECT_LE(together, kLargestDifference);
  EXPECT_LE(largest_difference(one_by_one, expected), kLargestDifference);
  std::printf("%s: largest difference %.2g\n", GetParam(), static_cast<double>(together));
}

INSTANTIATE_TEST_SUITE_P(, MlxEncoders, testing::Values("bert", "distilbert", "roberta", "xlm-roberta"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

class Mlx : public testing::Test {
 protected:
  Mlx() { test::write_tiny_bert(folder_.path()); }

  void expect_refused(const ProviderOptions& options, ErrorCode code, const std::string& words) const {
    const auto opened = open(options);
    ASSERT_FALSE(opened) << words;
    EXPECT_EQ(opened.error().code, code) << to_string(opened.error());
    EXPECT_THAT(opened.error().message, HasSubstr(words));
  }

  test::TemporaryFolder folder_;
};

TEST_F(Mlx, SaysWhatItIs) {
  const auto provider = open_mlx(folder_.path());
  ASSERT_NE(provider, nullptr);
  const auto info = provider->model_info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->provider, "mlx");
  EXPECT_EQ(info->dtype, "fp32");
  EXPECT_THAT(info->runtime, HasSubstr("MLX 0."));
  EXPECT_THAT(info->device, testing::AnyOf("cpu", "metal"));
}

TEST_F(Mlx, GivesATextTheSameVectorFromManyThreads) {
  const auto provider = open_mlx(folder_.path());
  ASSERT_NE(provider, nullptr);
  const std::vector<TokenIds> inputs = {{1, 2, 3}, {4, 5, 6, 7, 8}, {9, 3}};
  const auto expected = rows_of(*provider, inputs);
  std::vector<float> differences(4, INFINITY);
  std::vector<std::thread> threads;
  for (auto& difference : differences) {
    threads.emplace_back([&] {
      difference = 0;
      for (int round = 0; round < 20; ++round) {
        difference = std::max(difference, largest_difference(rows_of(*provider, inputs), expected));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (const float difference : differences) EXPECT_LE(difference, 1e-6F);
}

TEST_F(Mlx, RefusesWhatItDoesNotRun) {
  const ProviderOptions good = {.model = folder_.path().string(), .provider = ProviderKind::mlx};
  auto options = good;
  options.dtype = Dtype::int8;
  expect_refused(options, ErrorCode::unsupported, "computes in fp32");
  options = good;
  options.device = "cuda";
  expect_refused(options, ErrorCode::unavailable, "takes auto");
  options = good;
  options.onnx_file = "model.onnx";
  expect_refused(options, ErrorCode::unsupported, "no ONNX files");
  for (const char* name : {"mpnet", "nomic_bert", "modernbert"}) {
    options = good;
    options.model = (kEncoders / name).string();
    expect_refused(options, ErrorCode::unsupported, "describes none of them");
  }
}

}  // namespace
}  // namespace akidb::embedding
