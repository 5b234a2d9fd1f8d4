#include "server/api/batch_plan.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace akidb::embedding::server {
namespace {

// All of a request that changes the vector of a text. No part of it can hold the separator's role of another:
// numbers are followed by a letter, and the model's and prompt's names by their lengths.
std::string form_key(const BatchEmbeddingRequest& request, const std::string& model) {
  std::string key = std::to_string(static_cast<int>(request.normalize));
  key += 't' + std::to_string(static_cast<int>(request.truncation));
  key += 'i' + std::to_string(static_cast<int>(request.input_type));
  key += 'd' + std::to_string(request.dimensions.value_or(0));
  key += 'm' + std::to_string(model.size()) + ':' + model;
  key += 'p' + std::to_string(request.prompt_name.size()) + ':' + request.prompt_name;
  return key;
}

bool all_texts(const std::vector<Input>& inputs) {
  return std::all_of(inputs.begin(), inputs.end(), [](const Input& input) { return input.text() != nullptr; });
}

}  // namespace

BatchPlan::BatchPlan(BatchEmbeddingRequest& request, const std::string& model, TextCache& cache) {
  computed_ = request.inputs.size();
  const bool may_repeat = request.inputs.size() > 1;
  if (request.output == Output::tokens || (!may_repeat && !cache.enabled()) || !all_texts(request.inputs)) return;

  const std::string form = cache.enabled() ? form_key(request, model) : std::string();
  std::unordered_map<std::string_view, std::size_t> first;  // text to its place among the computed
  std::vector<std::size_t> kept;
  sources_.resize(request.inputs.size());
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const std::string& text = *request.inputs[i].text();
    if (may_repeat) {
      const auto [found, is_new] = first.emplace(text, kept.size());
      if (!is_new) {
        ++duplicates_;
        sources_[i].computed = found->second;
        continue;
      }
    }
    if (cache.enabled()) {
      std::string key = form + text;
      if (auto row = cache.find(key)) {
        ++hits_;
        sources_[i].cached = std::move(row);
        first.erase(text);  // a repetition asks the cache again
        continue;
      }
      ++misses_;
      keys_.push_back(std::move(key));
    }
    sources_[i].computed = kept.size();
    kept.push_back(i);
  }
  computed_ = kept.size();
  untouched_ = kept.size() == request.inputs.size();
  if (untouched_) return;
  std::vector<Input> inputs;
  inputs.reserve(kept.size());
  for (const auto i : kept) inputs.push_back(std::move(request.inputs[i]));
  request.inputs = std::move(inputs);
}

void BatchPlan::restore_index(Error& error) const {
  if (untouched_ || !error.input_index) return;
  const auto computed = *error.input_index;
  const auto found =
      std::find_if(sources_.begin(), sources_.end(), [&](const Source& source) { return source.computed == computed; });
  const auto original = static_cast<std::size_t>(found - sources_.begin());
  const std::string said = "inputs[" + std::to_string(computed) + "]";
  if (const auto at = error.message.find(said); at != std::string::npos) {
    error.message.replace(at, said.size(), "inputs[" + std::to_string(original) + "]");
  }
  error.input_index = original;
}

void BatchPlan::complete(BatchEmbeddingResponse& response, TextCache& cache) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const auto row = response.embeddings.row(i);
    cache.put(std::move(keys_[i]), std::make_shared<const CachedRow>(
                                       CachedRow{std::vector<float>(row.begin(), row.end()), response.inputs[i]}));
  }
  if (!untouched_) expand(response);
}

void BatchPlan::expand(BatchEmbeddingResponse& response) const {
  std::size_t width = response.embeddings.dimension();
  for (const auto& source : sources_) {
    if (source.cached) width = source.cached->values.size();
  }
  std::vector<float> values(sources_.size() * width);
  std::vector<InputReport> reports(sources_.size());
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    const auto& source = sources_[i];
    const auto row =
        source.cached ? std::span<const float>(source.cached->values) : response.embeddings.row(source.computed);
    std::copy(row.begin(), row.end(), values.begin() + static_cast<std::ptrdiff_t>(i * width));
    reports[i] = source.cached ? source.cached->report : response.inputs[source.computed];
  }
  response.embeddings = Embeddings(width, std::move(values));
  response.inputs = std::move(reports);
  // Tokens are counted as the client sent them, computed or not.
  response.usage.total_tokens = 0;
  response.usage.truncated_inputs = 0;
  for (const auto& report : response.inputs) {
    response.usage.total_tokens += report.tokens;
    response.usage.truncated_inputs += report.truncated_tokens > 0 ? 1 : 0;
  }
}

BatchEmbeddingResponse BatchPlan::from_cache(const std::string& model) const {
  BatchEmbeddingResponse response;
  response.model = model;
  expand(response);
  return response;
}

}  // namespace akidb::embedding::server
