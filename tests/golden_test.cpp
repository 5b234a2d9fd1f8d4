// The default model against sentence-transformers, value by value. When this may turn red is said in
// tests/data/golden/README.md.
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string_view>

#include "golden_data.hpp"

namespace akidb::embedding {
namespace {

using test::golden_texts;
using test::GoldenText;

constexpr int kSkipped = 77;  // as tests/CMakeLists.txt tells CTest

// AKIDB_GOLDEN_PROVIDER names the provider: CTest runs this program once for each.
ProviderKind provider_kind() {
  const char* const name = std::getenv("AKIDB_GOLDEN_PROVIDER");  // NOLINT(concurrency-mt-unsafe): nothing sets any
  if (name == nullptr) return ProviderKind::automatic;
  if (std::string_view(name) == "mlx") return ProviderKind::mlx;
  return std::string_view(name) == "onnx" ? ProviderKind::onnx : ProviderKind::native;
}

// What the vectors may differ by; each value, and the cosine of the least and of the average text.
struct Bounds {
  std::string_view name;
  Dtype dtype;
  float difference;
  double cosine;
  double average;
  MatmulPrecision precision = MatmulPrecision::automatic;
};
constexpr float kAnything = 1;
constexpr std::array kBounds = {
    Bounds{"fp32", Dtype::automatic, test::kLargestDifference, test::kLeastCosine, test::kLeastCosine,
           MatmulPrecision::highest},
    Bounds{"mlx", Dtype::fp32, 5e-6F, test::kLeastCosine, test::kLeastCosine},  // sums in another order
    Bounds{"high", Dtype::fp32, test::kLargestDifferenceOfHigh, 0.9999999, 0.9999999, MatmulPrecision::high},
    Bounds{"bf16", Dtype::bf16, kAnything, 0.9999, 0.9999},
    Bounds{"int8", Dtype::int8, kAnything, 0.993, 0.998},
    Bounds{"onnx-int8", Dtype::int8, kAnything, 0.985, 0.995},  // one scale for a whole activation
};

// AKIDB_GOLDEN_DTYPE names the row.
const Bounds& bounds() {
  const char* const name = std::getenv("AKIDB_GOLDEN_DTYPE");  // NOLINT(concurrency-mt-unsafe): nothing sets any
  const auto found = std::ranges::find(kBounds, std::string_view(name == nullptr ? "fp32" : name), &Bounds::name);
  if (found == kBounds.end()) std::abort();
  return *found;
}

// One provider for the whole program: opening it is most of a test's time.
EmbeddingProvider& provider() {
  static const auto opened =
      open({.provider = provider_kind(), .dtype = bounds().dtype, .matmul_precision = bounds().precision});
  if (!opened && opened.error().code == ErrorCode::unavailable && std::getenv("AKIDB_EMBED_ISA") != nullptr) {
    std::fprintf(stderr, "%s\n", to_string(opened.error()).c_str());
    std::exit(kSkipped);
  }
  if (!opened) {
    ADD_FAILURE() << to_string(opened.error());
    std::exit(EXIT_FAILURE);
  }
  return **opened;
}

// Of all vectors that expect_golden() has seen, for the figure in the documents.
float largest_seen = 0;
double least_cosine_seen = 1;
double sum_of_cosines = 0;
std::size_t vectors_seen = 0;

void expect_golden(std::span<const float> vector, const GoldenText& golden) {
  const float difference = test::largest_difference(vector, golden.vector);
  const double cosine = test::cosine(vector, golden.vector);
  largest_seen = std::max(largest_seen, difference);
  least_cosine_seen = std::min(least_cosine_seen, cosine);
  sum_of_cosines += cosine;
  ++vectors_seen;
  EXPECT_LE(difference, bounds().difference) << golden.group << ": " << golden.text.substr(0, 80);
  EXPECT_GE(cosine, bounds().cosine) << golden.group << ": " << golden.text.substr(0, 80);
}

// Embeds the texts with these indices in one request and holds each against its golden.
void expect_batch_golden(std::span<const std::size_t> indices) {
  BatchEmbeddingRequest request;
  for (const auto index : indices) request.inputs.emplace_back(golden_texts()[index].text);
  const auto response = provider().embed_batch(std::move(request));
  ASSERT_TRUE(response) << to_string(response.error());
  ASSERT_EQ(response->embeddings.rows(), indices.size());
  ASSERT_EQ(response->inputs.size(), indices.size());
  for (std::size_t row = 0; row < indices.size(); ++row) {
    const auto& golden = golden_texts()[indices[row]];
    expect_golden(response->embeddings.row(row), golden);
    EXPECT_EQ(response->inputs[row], (InputReport{golden.tokens, golden.truncated_tokens}))
        << golden.text.substr(0, 80);
  }
}

std::vector<std::size_t> all_indices() {
  std::vector<std::size_t> indices(golden_texts().size());
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  return indices;
}

TEST(Golden, HasEnoughTexts) {
  EXPECT_GE(golden_texts().size(), 300U);
  EXPECT_GE(std::ranges::count_if(golden_texts(), [](const auto& golden) { return golden.truncated_tokens > 0; }), 10);
}

// The model's card and many tutorials print this vector; it owes nothing to our script.
TEST(Golden, HelloWorldHasThePublishedValues) {
  const auto response = provider().embed_batch({.inputs = {"hello world"}});
  ASSERT_TRUE(response) << to_string(response.error());
  const std::vector<float> published = {-0.034478F, 0.03102F, 0.00673F, 0.02611F, -0.039362F};
  const auto first = response->embeddings.row(0).first(published.size());
  EXPECT_LE(test::largest_difference(first, published),
            std::max(bounds().difference, 1e-5F));  // they were printed with five decimals
}

// What an emulated processor has the time for.
TEST(Golden, AFewShortTexts) {
  std::vector<std::size_t> indices;
  for (const auto index : all_indices()) {
    if (golden_texts()[index].tokens >= 5 && golden_texts()[index].tokens <= 12 && indices.size() < 6) {
      indices.push_back(index);
    }
  }
  ASSERT_EQ(indices.size(), 6U);
  expect_batch_golden(indices);
}

TEST(Golden, EachTextAlone) {
  for (const auto index : all_indices()) expect_batch_golden(std::array{index});
}

TEST(Golden, AllTextsInOneBatch) {
  expect_batch_golden(all_indices());
  const double average = sum_of_cosines / static_cast<double>(vectors_seen);
  EXPECT_GE(average, bounds().average);
  std::printf("largest difference so far: %.2g, least cosine: %.8f, on average: %.8f\n",
              static_cast<double>(largest_seen), least_cosine_seen, average);
}

TEST(Golden, BatchesInRandomOrder) {
  std::mt19937 random(1);
  auto indices = all_indices();
  std::ranges::shuffle(indices, random);
  std::uniform_int_distribution<std::size_t> sizes(1, 40);
  for (std::size_t at = 0; at < indices.size();) {
    const auto size = std::min(sizes(random), indices.size() - at);
    expect_batch_golden(std::span(indices).subspan(at, size));
    at += size;
  }
}

TEST(Golden, Tokenwise) {
  if (bounds().difference == kAnything) GTEST_SKIP() << "the golden rows are those of fp32";
  for (const auto& golden : test::golden_tokens()) {
    const auto response = provider().embed_batch({.inputs = {golden.text}, .output = Output::tokens});
    ASSERT_TRUE(response) << to_string(response.error());
    const auto& embeddings = response->embeddings;
    ASSERT_EQ(embeddings.rows(), golden.ids.size()) << golden.text;
    // Values reach 6.3 here, and the golden itself is 3.7e-6 off.
    EXPECT_LE(test::largest_difference(embeddings.values(), golden.rows), 10 * bounds().difference) << golden.text;
    ASSERT_EQ(embeddings.token_ranges.size(), golden.byte_offsets.size());
    for (std::size_t row = 0; row < embeddings.rows(); ++row) {
      const auto [begin, end] = golden.byte_offsets[row];
      EXPECT_EQ(embeddings.token_ranges[row], (ByteRange{begin, end})) << golden.text << ", token " << row;
    }
  }
}

TEST(Golden, TokenIdsGiveTheSameVectorAsTheirText) {
  for (const auto& tokens : test::golden_tokens()) {
    const auto response = provider().embed_batch({.inputs = {tokens.text, tokens.ids}});
    ASSERT_TRUE(response) << to_string(response.error());
    EXPECT_LE(test::largest_difference(response->embeddings.row(0), response->embeddings.row(1)), 2e-6F) << tokens.text;
  }
}

}  // namespace
}  // namespace akidb::embedding
