#include "providers/quantized_in_cache.hpp"

#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "base/derivation.hpp"
#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/sha256.hpp"
#include "graph/quantize.hpp"
#include "model/onnx_facts.hpp"
#include "providers/cache_hint.hpp"
#include "providers/calibrate.hpp"
#include "providers/quality_report.hpp"
#include "providers/weights_range.hpp"

namespace akidb::embedding::providers {
namespace {

namespace fs = std::filesystem;

// Another number where the same graph would become another one.
constexpr const char* kVersion = "quantized 2";

Result<std::string> key_of(const fs::path& graph, Dtype dtype, bool reduced_range) {
  const auto facts = model::read_onnx_facts(graph);
  if (!facts) return facts.error();
  std::set<fs::path> files = {graph};
  for (const auto& tensor : facts->external) files.insert(graph.parent_path() / tensor.location);
  std::string text = std::string(kVersion) + (dtype == Dtype::fp16 ? " fp16"
                                              : reduced_range      ? " int8 reduced"
                                                                   : " int8");
  for (const auto& file : files) {
    const auto identity = base::content_identity(file);
    if (!identity) return identity.error();
    text += "\n" + *identity;
  }
  return base::sha256_hex(text);
}

Result<graph::Ranges> ranges_of(const Float32Graph& float32) {
  const auto tokenizer = load_tokenizer(float32.tokenizer);
  if (!tokenizer) return tokenizer.error();
  return calibrate(float32.graph, **tokenizer, float32.max_tokens, sample_texts(), float32.onnxruntime);
}

}  // namespace

Result<fs::path> quantized_in_cache(const Float32Graph& float32, Dtype dtype, const fs::path& derived) {
  const auto& graph = float32.graph;
  graph::QuantizePlan plan;
  plan.precision = dtype == Dtype::fp16 ? graph::Precision::fp16 : graph::Precision::int8_dynamic;
  plan.reduced_range = dtype == Dtype::int8 && wants_reduced_range();
  const auto key = key_of(graph, dtype, plan.reduced_range);
  if (!key) return key.error();
  const auto folder = derived / *key;
  const auto file = folder / "model.onnx";
  if (base::is_file(file)) return file;

  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) return with_cache_hint(base::file_error(folder, "create", failure.value()));
  const auto lock = base::FileLock::acquire(derived / ".lock");
  if (!lock) return with_cache_hint(lock.error());
  if (base::is_file(file)) return file;
  if (dtype == Dtype::int8) {
    auto ranges = ranges_of(float32);
    if (!ranges) return ranges.error();
    plan.ranges = std::move(*ranges);
  }
  base::note_derivation(folder, graph);
  if (const auto made = graph::quantize_onnx(graph, file, plan); !made) return made.error();
  return file;
}

}  // namespace akidb::embedding::providers
