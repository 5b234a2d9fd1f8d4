#include "pipeline/encoder.hpp"

#include <algorithm>
#include <utility>

#include "base/guard_memory.hpp"
#include "base/prompt_lookup.hpp"

namespace akidb::embedding::pipeline {
namespace {

constexpr std::size_t kTextsPerTask = 64;

Error at_input(Error error, std::size_t input) {
  error.message = "inputs[" + std::to_string(input) + "]: " + error.message;
  error.input_index = input;
  return error;
}

Error bad_input(std::size_t input, const std::string& problem) {
  return at_input({ErrorCode::invalid_argument, problem, {}, {}}, input);
}

template <class T>
void erase_range(std::vector<T>& values, std::size_t first, std::size_t last) {
  if (values.empty()) return;
  using Difference = typename std::vector<T>::difference_type;
  values.erase(values.begin() + static_cast<Difference>(first), values.begin() + static_cast<Difference>(last));
}

// A token's place in the text without the prompt before it; tokens that touch the prompt have none.
ByteRange without_prompt(Offset offset, std::size_t prompt_bytes) {
  if (offset.begin < prompt_bytes) return {};
  const auto shift = static_cast<std::uint32_t>(prompt_bytes);
  return {offset.begin - shift, offset.end - shift};
}

}  // namespace

struct Encoder::Encoded {
  std::vector<std::uint32_t> ids;
  std::vector<ByteRange> ranges;  // filled for Output::tokens
  std::uint32_t skipped = 0;
};

Encoder::Encoder(const Tokenizer& tokenizer, Executor& executor, EncoderOptions options)
    : tokenizer_(tokenizer), executor_(executor), options_(std::move(options)) {}

Result<std::string> Encoder::prompt_for(const BatchEmbeddingRequest& request) const {
  const auto& prompts = options_.prompts.by_name;
  if (!request.prompt_name.empty()) return base::prompt_named(prompts, request.prompt_name);
  // As in sentence-transformers' encode_query and encode_document, an input type that the model has no
  // prompt for adds nothing.
  const auto named = [&](const char* name) { return base::find_prompt(prompts, name).value_or(""); };
  if (request.input_type == InputType::query) return named("query");
  if (request.input_type == InputType::document) {
    for (const char* name : {"document", "passage", "corpus"}) {
      if (prompts.count(name) != 0) return named(name);
    }
    return std::string();
  }
  return options_.prompts.default_name ? named(options_.prompts.default_name->c_str()) : std::string();
}

Result<std::shared_ptr<Slice>> Encoder::encode(const std::shared_ptr<Job>& job, std::size_t first,
                                               std::size_t last) const {
  const auto started = std::chrono::steady_clock::now();
  const auto prompt = prompt_for(job->request());
  if (!prompt) return prompt.error();

  const std::size_t count = last - first;
  std::vector<Encoded> encoded(count);
  std::vector<std::optional<Error>> failed((count + kTextsPerTask - 1) / kTextsPerTask);
  executor_.parallel_for(failed.size(), [&](std::size_t task) {
    const std::size_t end = std::min(count, (task + 1) * kTextsPerTask);
    for (std::size_t at = task * kTextsPerTask; at < end && !failed[task]; ++at) {
      auto one = base::guard_memory("tokenise the inputs", [&] { return encode_one(*job, first + at, *prompt); });
      if (one) {
        encoded[at] = std::move(one).value();
      } else {
        failed[task] = std::move(one).error();
      }
    }
  });
  for (auto& error : failed) {
    if (error) return std::move(*error);
  }

  auto slice = std::make_shared<Slice>();
  slice->job = job;
  slice->first_input = first;
  slice->offsets.reserve(count + 1);
  std::size_t total = 0;
  for (const auto& one : encoded) total += one.ids.size();
  slice->token_ids.reserve(total);
  for (auto& one : encoded) {
    slice->token_ids.insert(slice->token_ids.end(), one.ids.begin(), one.ids.end());
    slice->offsets.push_back(static_cast<std::uint32_t>(slice->token_ids.size()));
    if (!options_.pool_prompt && !prompt->empty()) slice->skipped.push_back(one.skipped);
  }
  slice->ready = std::chrono::steady_clock::now();
  job->add_tokenize_time(slice->ready - started);
  return slice;
}

Result<Encoder::Encoded> Encoder::encode_one(Job& job, std::size_t input, const std::string& prompt) const {
  const bool is_text = job.request().inputs[input].text() != nullptr;
  auto encoded = is_text ? tokenize(job, input, prompt) : take_ids(job, input);
  if (!encoded) return encoded;
  if (auto outcome = truncate(job, input, *encoded); !outcome) return outcome.error();
  if (job.wants_tokens()) {
    encoded->ranges.resize(encoded->ids.size());
    job.token_rows(input).ranges = std::move(encoded->ranges);
  }
  return encoded;
}

Result<Encoder::Encoded> Encoder::take_ids(Job& job, std::size_t input) const {
  Encoded encoded;
  encoded.ids = *job.request().inputs[input].token_ids();
  if (encoded.ids.empty()) return bad_input(input, "expected at least one token id, found none");
  for (std::size_t at = 0; at < encoded.ids.size(); ++at) {
    if (options_.vocab_size != 0 && encoded.ids[at] >= options_.vocab_size) {
      return bad_input(input, "token id " + std::to_string(encoded.ids[at]) + " at place " + std::to_string(at) +
                                  " is not below the vocabulary's size, " + std::to_string(options_.vocab_size));
    }
  }
  return encoded;
}

Result<Encoder::Encoded> Encoder::tokenize(Job& job, std::size_t input, const std::string& prompt) const {
  const std::string& text = *job.request().inputs[input].text();
  std::string prompted;
  if (!prompt.empty()) prompted = prompt + text;
  const std::string& whole = prompt.empty() ? text : prompted;

  Encoded encoded;
  if (job.wants_tokens()) {
    auto encoding = tokenizer_.encode(whole, std::nullopt, {});
    if (!encoding) return at_input(std::move(encoding).error(), input);
    encoded.ids = std::move(encoding->ids);
    encoded.ranges.reserve(encoded.ids.size());
    for (std::size_t at = 0; at < encoded.ids.size(); ++at) {
      const bool special = encoding->special_tokens_mask[at] != 0;
      encoded.ranges.push_back(special ? ByteRange{} : without_prompt(encoding->byte_offsets[at], prompt.size()));
    }
  } else if (auto outcome = tokenizer_.encode_ids(whole, true, encoded.ids); !outcome) {
    return at_input(std::move(outcome).error(), input);
  }
  if (encoded.ids.empty()) return bad_input(input, "the tokenizer gives no token for this text");
  const auto largest = *std::max_element(encoded.ids.begin(), encoded.ids.end());
  if (options_.vocab_size != 0 && largest >= options_.vocab_size) {
    return at_input(
        {ErrorCode::data_corrupt,
         "the tokenizer gives the token id " + std::to_string(largest) + ", and the model's vocab_size is " +
             std::to_string(options_.vocab_size) + ": they do not belong together",
         {},
         {}},
        input);
  }
  if (!options_.pool_prompt && !prompt.empty()) {
    const auto skipped = prompt_tokens(prompt);
    if (!skipped) return at_input(skipped.error(), input);
    encoded.skipped = *skipped;
  }
  return encoded;
}

Result<std::uint32_t> Encoder::prompt_tokens(const std::string& prompt) const {
  std::vector<std::uint32_t> ids;
  if (auto outcome = tokenizer_.encode_ids(prompt, true, ids); !outcome) return outcome.error();
  return static_cast<std::uint32_t>(ids.size() - std::min(ids.size(), tokenizer_.suffix_ids().size()));
}

Result<void> Encoder::truncate(Job& job, std::size_t input, Encoded& encoded) const {
  const std::size_t length = encoded.ids.size();
  auto& report = job.report(input);
  report.tokens = static_cast<std::uint32_t>(length);
  if (length <= options_.max_tokens) return {};

  const std::size_t cut = length - options_.max_tokens;
  const auto side = job.request().truncation;
  if (side == Truncation::error) {
    return bad_input(input, "has " + std::to_string(length) + " tokens, and the model takes at most " +
                                std::to_string(options_.max_tokens));
  }
  // Special tokens at both ends stay; token-id inputs are cut between the same ends where they have them.
  const auto prefix = tokenizer_.prefix_ids();
  const auto suffix = tokenizer_.suffix_ids();
  const bool has_prefix = std::equal(prefix.begin(), prefix.end(), encoded.ids.begin());
  const bool has_suffix = std::equal(suffix.rbegin(), suffix.rend(), encoded.ids.rbegin());
  const std::size_t kept_prefix = has_prefix ? prefix.size() : 0;
  const std::size_t kept_suffix = has_suffix ? suffix.size() : 0;
  if (kept_prefix + kept_suffix >= options_.max_tokens) {
    return bad_input(input,
                     "max_length " + std::to_string(options_.max_tokens) + " leaves no room between special tokens");
  }
  const std::size_t from = side == Truncation::left ? kept_prefix : length - kept_suffix - cut;
  erase_range(encoded.ids, from, from + cut);
  erase_range(encoded.ranges, from, from + cut);
  report.tokens = static_cast<std::uint32_t>(encoded.ids.size());
  report.truncated_tokens = static_cast<std::uint32_t>(cut);
  return {};
}

}  // namespace akidb::embedding::pipeline
