// What fewer bits cost, on a few thousand texts: the vectors, their neighbours, and the order of all cosines.
// docs/benchmarks.md has the figures; a failure means that a type's rounding has become worse.
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <numeric>

#include "base/cosine.hpp"
#include "providers/quality_report.hpp"
#include "support/sentences.hpp"

namespace akidb::embedding::test {
namespace {

constexpr std::size_t kTexts = 2'400;
constexpr std::size_t kNeighbors = 10;

Embeddings rows_in(Dtype dtype) {
  const auto provider = open({.provider = ProviderKind::native, .dtype = dtype});
  if (!provider) {
    ADD_FAILURE() << to_string(provider.error());
    return {};
  }
  BatchEmbeddingRequest request;
  for (auto& text : made_sentences(kTexts)) request.inputs.emplace_back(std::move(text));
  auto response = (*provider)->embed_batch(std::move(request));
  EXPECT_TRUE(response) << to_string(response.error());
  return response ? std::move(response->embeddings) : Embeddings();
}

const Embeddings& exact_rows() {
  static const Embeddings rows = rows_in(Dtype::fp32);
  return rows;
}

// Each row's nearest others, by the products of all unit rows with all.
std::vector<std::vector<std::size_t>> nearest_of_all(const Embeddings& rows) {
  const std::size_t count = rows.rows();
  const std::size_t width = rows.dimension();
  std::vector<float> columns(count * width);
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t k = 0; k < width; ++k) columns[k * count + r] = rows.row(r)[k];
  }
  std::vector<std::vector<std::size_t>> nearest(count);
  std::vector<float> products(count);
  std::vector<std::size_t> order(count);
  for (std::size_t r = 0; r < count; ++r) {
    std::fill(products.begin(), products.end(), 0.F);
    for (std::size_t k = 0; k < width; ++k) {
      const float value = rows.row(r)[k];
      for (std::size_t at = 0; at < count; ++at) products[at] += value * columns[k * count + at];
    }
    products[r] = -2;
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(order.begin(), order.begin() + kNeighbors, order.end(),
                      [&](std::size_t a, std::size_t b) { return products[a] > products[b]; });
    nearest[r].assign(order.begin(), order.begin() + kNeighbors);
    std::sort(nearest[r].begin(), nearest[r].end());
  }
  return nearest;
}

double kept_neighbors(const Embeddings& rows) {
  static const auto of_a = nearest_of_all(exact_rows());
  const auto of_b = nearest_of_all(rows);
  std::size_t kept = 0;
  for (std::size_t r = 0; r < of_a.size(); ++r) {
    std::vector<std::size_t> both;
    std::set_intersection(of_a[r].begin(), of_a[r].end(), of_b[r].begin(), of_b[r].end(), std::back_inserter(both));
    kept += both.size();
  }
  return static_cast<double>(kept) / static_cast<double>(kNeighbors * of_a.size());
}

// Of pairs of one subject (neighbours in the list) and of any two.
std::vector<double> cosines_of_pairs(const Embeddings& rows) {
  std::vector<double> cosines;
  for (std::size_t at = 0; at + 1 < rows.rows(); ++at) {
    cosines.push_back(base::cosine(rows.row(at), rows.row(at + 1)));
    cosines.push_back(base::cosine(rows.row(at), rows.row((at * 7 + 1'000) % rows.rows())));
  }
  return cosines;
}

struct Bounds {
  const char* name;
  Dtype dtype;
  double least_cosine;
  double mean_cosine;
  double kept;
  double rank_correlation;
};

class Quality : public testing::TestWithParam<Bounds> {};

TEST_P(Quality, StaysWithinItsBounds) {
  const auto& exact = exact_rows();
  const Embeddings rows = rows_in(GetParam().dtype);
  ASSERT_EQ(exact.rows(), kTexts);
  ASSERT_EQ(rows.rows(), kTexts);
  double least = 1;
  double sum = 0;
  for (std::size_t r = 0; r < kTexts; ++r) {
    const double cosine = base::cosine(exact.row(r), rows.row(r));
    least = std::min(least, cosine);
    sum += cosine;
  }
  const double kept = kept_neighbors(rows);
  const double correlation = providers::spearman(cosines_of_pairs(exact), cosines_of_pairs(rows)).value();
  std::printf("%s: least cosine %.6f, mean %.6f, neighbours kept %.4f, rank correlation %.6f\n", GetParam().name, least,
              sum / kTexts, kept, correlation);
  EXPECT_GE(least, GetParam().least_cosine);
  EXPECT_GE(sum / kTexts, GetParam().mean_cosine);
  EXPECT_GE(kept, GetParam().kept);
  EXPECT_GE(correlation, GetParam().rank_correlation);
}

INSTANTIATE_TEST_SUITE_P(, Quality,
                         testing::Values(Bounds{"bf16", Dtype::bf16, 0.9999, 0.99998, 0.99, 0.9999},
                                         Bounds{"int8", Dtype::int8, 0.993, 0.998, 0.96, 0.999}),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace akidb::embedding::test
