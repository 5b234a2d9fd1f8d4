#include "providers/compare_graphs.hpp"

#include <algorithm>
#include <cmath>

#include "base/cosine.hpp"

namespace akidb::embedding::providers {
namespace {

constexpr std::size_t kTexts = 16;

// From a word to more than most models take.
BatchEmbeddingRequest sample_request() {
  BatchEmbeddingRequest request;
  std::string text;
  for (std::size_t i = 0; i < kTexts; ++i) {
    const std::size_t words = 1 + i * i * 2;
    while (static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1 < words) {
      text += text.empty() ? "the" : text.size() % 3 == 0 ? " river" : text.size() % 3 == 1 ? " of light," : " 42";
    }
    request.inputs.emplace_back(text.empty() ? std::string("one") : text);
  }
  request.output = Output::tokens;
  request.normalize = Normalize::no;
  return request;
}

}  // namespace

Result<GraphComparison> compare_graphs(EmbeddingProvider& first, EmbeddingProvider& second) {
  const auto one = first.embed_batch(sample_request());
  if (!one) return one.error();
  const auto two = second.embed_batch(sample_request());
  if (!two) return two.error();
  const auto& a = one->embeddings;
  const auto& b = two->embeddings;
  if (a.rows() != b.rows() || a.dimension() != b.dimension()) {
    return Error{ErrorCode::internal,
                 "the graphs differ in shape: " + std::to_string(a.rows()) + " x " + std::to_string(a.dimension()) +
                     " and " + std::to_string(b.rows()) + " x " + std::to_string(b.dimension()),
                 {},
                 {}};
  }
  GraphComparison comparison;
  comparison.texts = kTexts;
  comparison.tokens = a.rows();
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    comparison.largest_difference =
        std::max(comparison.largest_difference, std::abs(static_cast<double>(a.values()[i]) - b.values()[i]));
  }
  for (std::size_t row = 0; row < a.rows(); ++row) {
    comparison.least_cosine = std::min(comparison.least_cosine, base::cosine(a.row(row), b.row(row)));
  }
  return comparison;
}

}  // namespace akidb::embedding::providers
