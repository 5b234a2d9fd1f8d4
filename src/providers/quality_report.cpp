#include "providers/quality_report.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/cosine.hpp"

namespace akidb::embedding::providers {
namespace {

struct Timed {
  Embeddings rows;
  double seconds = 0;
};

Result<Timed> embed(EmbeddingProvider& provider, std::span<const std::string> texts) {
  BatchEmbeddingRequest request;
  request.inputs.assign(texts.begin(), texts.end());
  auto response = provider.embed_batch(std::move(request));
  if (!response) return std::move(response).error();
  return Timed{std::move(response->embeddings), std::chrono::duration<double>(response->usage.duration).count()};
}

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // What is no number stands last: `<` alone would be no order.
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::isnan(values[b]) ? !std::isnan(values[a]) : values[a] < values[b];
  });
  std::vector<double> rank(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t at = begin; at < end; ++at) rank[order[at]] = static_cast<double>(begin + end - 1) / 2;
    begin = end;
  }
  return rank;
}

std::vector<std::size_t> nearest(const Embeddings& rows, std::size_t to, std::size_t k) {
  std::vector<std::pair<double, std::size_t>> others;
  for (std::size_t at = 0; at < rows.rows(); ++at) {
    if (at != to) others.emplace_back(-base::cosine(rows.row(to), rows.row(at)), at);
  }
  std::partial_sort(others.begin(), others.begin() + static_cast<std::ptrdiff_t>(k), others.end());
  std::vector<std::size_t> places;
  for (std::size_t at = 0; at < k; ++at) places.push_back(others[at].second);
  std::sort(places.begin(), places.end());
  return places;
}

Result<double> spearman_of(EmbeddingProvider& provider, std::span<const LabelledPair> pairs) {
  std::vector<std::string> texts;
  std::vector<double> labels;
  for (const auto& pair : pairs) {
    texts.push_back(pair.first);
    texts.push_back(pair.second);
    labels.push_back(pair.score);
  }
  const auto embedded = embed(provider, texts);
  if (!embedded) return embedded.error();
  std::vector<double> cosines;
  for (std::size_t at = 0; at < pairs.size(); ++at) {
    cosines.push_back(base::cosine(embedded->rows.row(2 * at), embedded->rows.row(2 * at + 1)));
  }
  return spearman(cosines, labels);
}

void compare_rows(const Embeddings& a, const Embeddings& b, QualityReport& report) {
  std::vector<double> cosines;
  for (std::size_t at = 0; at < a.rows(); ++at) {
    cosines.push_back(base::cosine(a.row(at), b.row(at)));
    for (std::size_t i = 0; i < a.dimension(); ++i) {
      report.largest_difference =
          std::max(report.largest_difference, std::abs(static_cast<double>(a.row(at)[i]) - b.row(at)[i]));
    }
  }
  std::sort(cosines.begin(), cosines.end());
  report.least_cosine = cosines.front();
  report.cosine_p1 = cosines[cosines.size() / 100];
  report.cosine_p50 = cosines[cosines.size() / 2];
  report.mean_cosine = std::accumulate(cosines.begin(), cosines.end(), 0.0) / static_cast<double>(cosines.size());
}

}  // namespace

double spearman(std::span<const double> a, std::span<const double> b) {
  const auto ra = ranks(a);
  const auto rb = ranks(b);
  const double mean = static_cast<double>(a.size() - 1) / 2;
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < ra.size(); ++i) {
    ab += (ra[i] - mean) * (rb[i] - mean);
    aa += (ra[i] - mean) * (ra[i] - mean);
    bb += (rb[i] - mean) * (rb[i] - mean);
  }
  return aa == 0 || bb == 0 ? 0 : ab / std::sqrt(aa * bb);
}

double neighbor_overlap(const Embeddings& a, const Embeddings& b, std::size_t k) {
  k = std::min(k, a.rows() - 1);
  std::size_t shared = 0;
  for (std::size_t at = 0; at < a.rows(); ++at) {
    std::vector<std::size_t> both;
    const auto of_a = nearest(a, at, k);
    const auto of_b = nearest(b, at, k);
    std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(), std::back_inserter(both));
    shared += both.size();
  }
  return static_cast<double>(shared) / static_cast<double>(a.rows() * k);
}

Result<QualityReport> compare_quality(EmbeddingProvider& float32, EmbeddingProvider& quantized,
                                      std::span<const std::string> texts, std::span<const LabelledPair> pairs) {
  constexpr std::size_t kNeighbors = 10;
  if (texts.size() < 2) {
    return Error{ErrorCode::invalid_argument,
                 "texts: expected at least 2 for the quality report, found " + std::to_string(texts.size()),
                 {},
                 {}};
  }
  for (std::size_t at = 0; at < pairs.size(); ++at) {
    if (std::isfinite(pairs[at].score)) continue;
    return Error{
        ErrorCode::invalid_argument, "pairs[" + std::to_string(at) + "].score: expected a finite number", {}, {}};
  }
  // A first pass each, so that none is measured cold.
  for (auto* const provider : {&float32, &quantized}) {
    if (auto warm = embed(*provider, texts.first(2)); !warm) return warm.error();
  }
  const auto before = embed(float32, texts);
  if (!before) return before.error();
  const auto after = embed(quantized, texts);
  if (!after) return after.error();
  QualityReport report;
  report.texts = texts.size();
  compare_rows(before->rows, after->rows, report);
  report.neighbor_overlap = neighbor_overlap(before->rows, after->rows, kNeighbors);
  report.texts_per_second_float32 = static_cast<double>(texts.size()) / before->seconds;
  report.texts_per_second = static_cast<double>(texts.size()) / after->seconds;
  if (pairs.size() < 2) return report;
  const auto labels_before = spearman_of(float32, pairs);
  if (!labels_before) return labels_before.error();
  const auto labels_after = spearman_of(quantized, pairs);
  if (!labels_after) return labels_after.error();
  report.spearman_float32 = *labels_before;
  report.spearman = *labels_after;
  return report;
}

}  // namespace akidb::embedding::providers
