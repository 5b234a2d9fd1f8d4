// Encoder: the inputs of a job to token ids, with prompts, truncation and the report per input.
#pragma once

#include <akidb/embedding/result.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/executor.hpp"
#include "pipeline/job.hpp"

namespace akidb::embedding::pipeline {

struct PromptTable {
  std::map<std::string, std::string> by_name;
  std::optional<std::string> default_name;
};

struct EncoderOptions {
  std::uint32_t max_tokens = 512;  // special tokens included
  std::uint32_t vocab_size = 0;    // token-id inputs at or above are refused; 0: not checked
  PromptTable prompts = {};
  bool pool_prompt = true;  // false: the prompt's tokens are left out of pooling
};

// Immutable after construction; thread-safe.
class Encoder {
 public:
  // `tokenizer` and `executor` must outlive the encoder.
  Encoder(const Tokenizer& tokenizer, Executor& executor, EncoderOptions options);

  // Which prompt the request's inputs get; empty for none. invalid_argument names the prompts there are.
  [[nodiscard]] Result<std::string> prompt_for(const BatchEmbeddingRequest& request) const;

  // Tokenises inputs [first, last) of the job on this thread and, when there are many, on idle workers
  // too. Fills their reports and, for Output::tokens, their ranges. Errors carry the input's index.
  Result<std::shared_ptr<Slice>> encode(const std::shared_ptr<Job>& job, std::size_t first, std::size_t last) const;

 private:
  struct Encoded;
  [[nodiscard]] Result<Encoded> encode_one(Job& job, std::size_t input, const std::string& prompt) const;
  [[nodiscard]] Result<Encoded> take_ids(Job& job, std::size_t input) const;
  [[nodiscard]] Result<Encoded> tokenize(Job& job, std::size_t input, const std::string& prompt) const;
  [[nodiscard]] Result<void> truncate(Job& job, std::size_t input, Encoded& encoded) const;
  [[nodiscard]] Result<std::uint32_t> prompt_tokens(const std::string& prompt) const;

  const Tokenizer& tokenizer_;
  Executor& executor_;
  EncoderOptions options_;
};

}  // namespace akidb::embedding::pipeline
