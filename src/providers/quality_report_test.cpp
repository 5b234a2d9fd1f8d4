#include "providers/quality_report.hpp"

#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>

#include <limits>
#include <set>

namespace akidb::embedding::providers {
namespace {

TEST(Spearman, ComparesRanks) {
  const std::vector<double> rising = {1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(spearman(rising, std::vector<double>{10, 20, 300, 4000}).value(), 1);
  EXPECT_DOUBLE_EQ(spearman(rising, std::vector<double>{4, 3, 2, 1}).value(), -1);
  EXPECT_DOUBLE_EQ(spearman(rising, std::vector<double>{1, 3, 2, 4}).value(), 0.8);
  EXPECT_FALSE(spearman(rising, std::vector<double>{5, 5, 5, 5}));
  EXPECT_FALSE(spearman(std::vector<double>{0.5, 0.5}, std::vector<double>{1, 2}));
  // Ties share their mean rank: 0, 1.5, 1.5, 3.
  EXPECT_NEAR(spearman(rising, std::vector<double>{1, 2, 2, 3}).value(), 0.9486832981, 1e-9);
}

TEST(Spearman, ComesToAnEndWhateverTheValues) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> rising = {1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(spearman(rising, std::vector<double>{1, 2, kNan, kNan}).value(), 1);
  EXPECT_DOUBLE_EQ(spearman(rising, std::vector<double>{kNan, 3, 2, 1}).value(), -1);
}

TEST(Percentile, LiesBetweenTheTwoNearest) {
  const std::vector<double> eleven = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_DOUBLE_EQ(percentile(eleven, 0), 0);
  EXPECT_DOUBLE_EQ(percentile(eleven, 0.01), 0.1);
  EXPECT_DOUBLE_EQ(percentile(eleven, 0.5), 5);
  EXPECT_DOUBLE_EQ(percentile(eleven, 1), 10);
  EXPECT_DOUBLE_EQ(percentile(std::vector<double>{1, 2}, 0.5), 1.5);
  EXPECT_DOUBLE_EQ(percentile(std::vector<double>{3}, 0.01), 3);
}

TEST(NeighborOverlap, CountsWhatBothHave) {
  const Embeddings a(2, {1, 0, 0.9F, 0.1F, 0, 1, 0.1F, 0.9F});
  EXPECT_DOUBLE_EQ(neighbor_overlap(a, a, 1), 1);
  // The nearest of each is another one.
  const Embeddings b(2, {1, 0, 0, 1, 0.9F, 0.1F, 0.1F, 0.9F});
  EXPECT_DOUBLE_EQ(neighbor_overlap(a, b, 1), 0);
  EXPECT_DOUBLE_EQ(neighbor_overlap(a, b, 10), 1);
}

TEST(QualityReport, OfOneProviderIsPerfect) {
  const auto provider = open({.provider = ProviderKind::hash});
  ASSERT_TRUE(provider);
  const std::vector<LabelledPair> pairs = {{"a", "b", 1}, {"c", "c", 5}, {"a cat", "a dog", 3}};
  const auto report = compare_quality(**provider, **provider, sample_texts(), pairs);
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_EQ(report->texts, sample_texts().size());
  EXPECT_NEAR(report->least_cosine, 1, 1e-6);
  EXPECT_EQ(report->largest_difference, 0);
  EXPECT_EQ(report->neighbor_overlap, 1);
  EXPECT_EQ(report->spearman, report->spearman_float32);
  EXPECT_TRUE(report->spearman);
}

TEST(QualityReport, SaysWhyThereIsNoSpearman) {
  const auto provider = open({.provider = ProviderKind::hash});
  ASSERT_TRUE(provider);
  struct Case {
    std::vector<LabelledPair> pairs;
    std::string why;
  };
  for (const auto& [pairs, why] : {Case{{{"a", "b", 1}}, "one pair has no order"},
                                   Case{{{"a", "b", 1}, {"c", "d", 1}}, "the labels of all pairs are equal"},
                                   Case{{{"a", "a", 1}, {"a", "a", 2}}, "the cosines of all pairs are equal"},
                                   Case{{{"a", "b", 1}, {"c", "c", 2}}, ""}, Case{{}, ""}}) {
    const auto report = compare_quality(**provider, **provider, sample_texts(), pairs);
    ASSERT_TRUE(report) << to_string(report.error());
    EXPECT_EQ(report->no_spearman_why, why);
    EXPECT_EQ(report->spearman.has_value(), why.empty() && !pairs.empty());
    EXPECT_EQ(report->spearman_float32.has_value(), report->spearman.has_value());
  }
}

TEST(QualityReport, RefusesLabelsThatAreNoNumber) {
  const auto provider = open({.provider = ProviderKind::hash});
  ASSERT_TRUE(provider);
  for (const double label : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const std::vector<LabelledPair> pairs = {{"a", "b", 1}, {"c", "c", label}};
    const auto report = compare_quality(**provider, **provider, sample_texts(), pairs);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(report.error().message, "pairs[1].score: expected a finite number");
  }
}

TEST(QualityReport, NeedsTwoTexts) {
  const auto provider = open({.provider = ProviderKind::hash});
  ASSERT_TRUE(provider);
  const auto report = compare_quality(**provider, **provider, std::vector<std::string>{"one"}, {});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::invalid_argument);
}

TEST(SampleTexts, AreManyAndDiffer) {
  const auto texts = sample_texts();
  EXPECT_GE(texts.size(), 90U);
  EXPECT_EQ(std::set<std::string>(texts.begin(), texts.end()).size(), texts.size());
}

}  // namespace
}  // namespace akidb::embedding::providers
