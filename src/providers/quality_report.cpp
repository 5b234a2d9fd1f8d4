#include "providers/quality_report.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <optional>
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

Result<std::optional<double>> spearman_of(EmbeddingProvider& provider, std::span<const LabelledPair> pairs) {
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

bool have_one_label(std::span<const LabelledPair> pairs) {
  return std::all_of(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.score == pairs[0].score; });
}

// Where a side does not vary, the report says which.
Result<void> compare_pairs(EmbeddingProvider& float32, EmbeddingProvider& quantized,
                           std::span<const LabelledPair> pairs, QualityReport& report) {
  if (have_one_label(pairs)) {
    report.no_spearman_why = pairs.size() == 1 ? "one pair has no order" : "the labels of all pairs are equal";
    return {};
  }
  const auto before = spearman_of(float32, pairs);
  if (!before) return before.error();
  const auto after = spearman_of(quantized, pairs);
  if (!after) return after.error();
  if (*before && *after) {
    report.spearman_float32 = *before;
    report.spearman = *after;
  } else {
    report.no_spearman_why = "the cosines of all pairs are equal";
  }
  return {};
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
  report.cosine_p1 = percentile(cosines, 0.01);
  report.cosine_p50 = percentile(cosines, 0.5);
  report.mean_cosine = std::accumulate(cosines.begin(), cosines.end(), 0.0) / static_cast<double>(cosines.size());
}

}  // namespace

double percentile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) {
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
  if (aa == 0 || bb == 0) return std::nullopt;
  return ab / std::sqrt(aa * bb);
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
  if (pairs.empty()) return report;
  if (auto compared = compare_pairs(float32, quantized, pairs, report); !compared) return compared.error();
  return report;
}

}  // namespace akidb::embedding::providers
