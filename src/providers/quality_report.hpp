// How far one provider's vectors are from another's.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <akidb/embedding/quantize.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace akidb::embedding::providers {

// Embeds the texts, and the pairs where there are some, with both. At least two texts.
Result<QualityReport> compare_quality(EmbeddingProvider& float32, EmbeddingProvider& quantized,
                                      std::span<const std::string> texts, std::span<const LabelledPair> pairs);

// Spearman's rank correlation; ties share their mean rank. Nothing where one side does not vary. Same sizes.
std::optional<double> spearman(std::span<const double> a, std::span<const double> b);

// The value that a share of 0 to 1 of the others is below, on the line between the two nearest (numpy's default). Of
// one value or more.
double percentile(std::span<const double> sorted, double share);

// Of the `k` nearest other rows of each row by cosine, the part that both sets have; the mean over the rows.
double neighbor_overlap(const Embeddings& a, const Embeddings& b, std::size_t k);

// Texts of everyday kinds and of many lengths, in several languages.
std::vector<std::string> sample_texts();

}  // namespace akidb::embedding::providers
