// Every architecture against transformers: tests/data/encoders, made by scripts/make_golden_encoders.sh. A failure
// means that something else is computed; another order of additions stays within the bound.
#include <gtest/gtest.h>
#include <akidb/embedding/doctor.hpp>
#include <akidb/embedding/open.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "support/encoder_rows.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(AKIDB_EMBEDDING_TEST_DATA) / "encoders";

// Rows have values up to 4; what users get is their mean of unit length.
constexpr float kLargestDifference = 1e-5F;
constexpr float kLargestUnitDifference = 2e-6F;

std::vector<float> unit_mean(std::span<const float> rows, std::size_t width) {
  std::vector<double> sums(width);
  for (std::size_t i = 0; i < rows.size(); ++i) sums[i % width] += rows[i];
  double squares = 0;
  for (const double sum : sums) squares += sum * sum;
  std::vector<float> unit;
  for (const double sum : sums) unit.push_back(static_cast<float>(sum / std::sqrt(squares)));
  return unit;
}

std::unique_ptr<EmbeddingProvider> open_encoder(const std::string& name,
                                                MatmulPrecision precision = MatmulPrecision::automatic) {
  auto opened =
      open({.model = (kFolder / name).string(), .provider = ProviderKind::native, .matmul_precision = precision});
  EXPECT_TRUE(opened) << to_string(opened.error());
  return opened ? std::move(*opened) : nullptr;
}

class NativeEncoders : public testing::TestWithParam<const char*> {};

TEST_P(NativeEncoders, GiveTheReferencesRows) {
  const auto provider = open_encoder(GetParam(), MatmulPrecision::highest);
  ASSERT_NE(provider, nullptr);
  BatchEmbeddingRequest request;
  for (auto& ids : read_ids(kFolder / GetParam() / "ids.txt")) request.inputs.emplace_back(std::move(ids));
  ASSERT_GE(request.inputs.size(), 8U);
  request.output = Output::tokens;
  request.normalize = Normalize::no;
  const auto response = provider->embed_batch(std::move(request));
  ASSERT_TRUE(response) << to_string(response.error());

  const auto expected = read_rows(kFolder / GetParam() / "expected.f32");
  const auto values = response->embeddings.values();
  ASSERT_EQ(values.size(), expected.size());
  float largest = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float difference = std::abs(values[i] - expected[i]);
    if (!(difference <= largest)) largest = difference;
  }
  EXPECT_LE(largest, kLargestDifference);
  std::printf("%s: largest difference %.2g\n", GetParam(), static_cast<double>(largest));

  const std::size_t width = response->embeddings.dimension();
  float largest_of_units = 0;
  std::size_t row = 0;
  for (const auto& report : response->inputs) {
    const auto got = unit_mean(values.subspan(row * width, report.tokens * width), width);
    const auto wanted = unit_mean(std::span(expected).subspan(row * width, report.tokens * width), width);
    for (std::size_t i = 0; i < width; ++i) largest_of_units = std::max(largest_of_units, std::abs(got[i] - wanted[i]));
    row += report.tokens;
  }
  EXPECT_LE(largest_of_units, kLargestUnitDifference);
  std::printf("%s: largest difference of pooled unit vectors %.2g\n", GetParam(),
              static_cast<double>(largest_of_units));
}

TEST_P(NativeEncoders, AreWhatAutoTakesAndSayWhatTheyAre) {
  const auto provider = open_encoder(GetParam());
  ASSERT_NE(provider, nullptr);
  const auto info = provider->model_info();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->provider, "native");
  EXPECT_EQ(info->architecture, GetParam());
  EXPECT_EQ(info->device, "cpu");
  EXPECT_EQ(info->dtype, "fp32");
  EXPECT_NE(info->execution.find("kernels"), std::string::npos);
}

std::vector<float> rows_of(EmbeddingProvider& provider, const std::vector<std::uint32_t>& ids) {
  const auto response = provider.embed_batch({.inputs = {ids}, .output = Output::tokens});
  EXPECT_TRUE(response) << to_string(response.error());
  const auto values = response->embeddings.values();
  return {values.begin(), values.end()};
}

// What auto takes is what doctor says, and has the very bits of what it is called.
TEST(NativeMatmulPrecision, OfAutoIsWhatDoctorNames) {
  const char* const model = "bert";
  const auto taken = open_encoder(model);
  ASSERT_NE(taken, nullptr);
  const std::string name = taken->model_info()->matmul_precision;
  EXPECT_EQ(name, diagnose({.model = (kFolder / model).string()}).native.matmul_precision);
  ASSERT_TRUE(name == "highest" || name == "high") << name;
  EXPECT_EQ(open_encoder(model, MatmulPrecision::highest)->model_info()->matmul_precision, "highest");
  const auto same = open_encoder(model, name == "high" ? MatmulPrecision::high : MatmulPrecision::highest);
  ASSERT_NE(same, nullptr);
  EXPECT_EQ(same->model_info()->matmul_precision, name);
  const auto ids = read_ids(kFolder / model / "ids.txt").front();
  EXPECT_EQ(rows_of(*taken, ids), rows_of(*same, ids));
}

// These folders have no tokenizer: token ids work, and a text is refused with the reason.
TEST_P(NativeEncoders, RefuseTextsWhereThereIsNoTokenizer) {
  const auto provider = open_encoder(GetParam());
  ASSERT_NE(provider, nullptr);
  EXPECT_EQ(provider->tokenizer(), nullptr);
  EXPECT_TRUE(provider->health_check());
  const auto refused = provider->embed_batch({.inputs = {"a text"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_NE(refused.error().message.find("token ids"), std::string::npos) << refused.error().message;
}

INSTANTIATE_TEST_SUITE_P(, NativeEncoders,
                         testing::Values("bert", "distilbert", "mpnet", "roberta", "xlm-roberta", "nomic_bert",
                                         "modernbert"),
                         [](const auto& instance) {
                           std::string name = instance.param;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace akidb::embedding
