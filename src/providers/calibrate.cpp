#include "providers/calibrate.hpp"

#include <utility>

#include "backend/onnx/observe_ranges.hpp"
#include "base/temporary_folder.hpp"

namespace akidb::embedding::providers {
namespace {

using Sequences = std::vector<std::vector<std::uint32_t>>;

Result<Sequences> tokenized(const Tokenizer& tokenizer, std::uint32_t max_tokens,
                            const std::vector<std::string>& texts) {
  Sequences sequences;
  for (const auto& text : texts) {
    auto& ids = sequences.emplace_back();
    if (auto encoded = tokenizer.encode_ids(text, true, ids); !encoded) return encoded.error();
    if (ids.size() > max_tokens) ids.resize(max_tokens);
  }
  return sequences;
}

}  // namespace

Result<graph::Ranges> calibrate(const std::filesystem::path& graph, const Tokenizer& tokenizer,
                                std::uint32_t max_tokens, const std::vector<std::string>& texts,
                                const std::filesystem::path& onnxruntime) {
  const auto sequences = tokenized(tokenizer, max_tokens, texts);
  if (!sequences) return sequences.error();
  const auto names = graph::activations_of(graph);
  if (!names) return names.error();
  if (names->empty()) return graph::Ranges();
  const auto folder = base::TemporaryFolder::create();
  if (!folder) return folder.error();
  const auto exposed = folder->path() / "calibration.onnx";
  if (auto written = graph::expose_activations(graph, *names, exposed); !written) return written.error();
  auto seen = backend::onnx::observe_ranges(exposed, *names, *sequences, onnxruntime);
  if (!seen) return seen.error();
  graph::Ranges ranges;
  for (auto& range : *seen) ranges[range.output] = {std::move(range.lowest), std::move(range.highest)};
  return ranges;
}

}  // namespace akidb::embedding::providers
