// What goes in: BatchEmbeddingRequest and the types of its fields.
#pragma once

#include <akidb/embedding/cancel_token.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace akidb::embedding {

using TokenIds = std::vector<std::uint32_t>;

// One text (UTF-8; the empty text is valid), or token ids. Token ids are taken as they are: special
// tokens must be among them, no prompt is added, and an id outside the vocabulary is an error.
class Input {
 public:
  // NOLINTBEGIN(google-explicit-constructor): a list of texts should read as a list of texts
  Input(std::string text) : value_(std::move(text)) {}
  Input(std::string_view text) : value_(std::string(text)) {}
  Input(const char* text) : value_(std::string(text)) {}
  Input(TokenIds ids) : value_(std::move(ids)) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] const std::string* text() const noexcept { return std::get_if<std::string>(&value_); }
  [[nodiscard]] const TokenIds* token_ids() const noexcept { return std::get_if<TokenIds>(&value_); }

 private:
  std::variant<std::string, TokenIds> value_;
};

enum class Normalize {
  model,  // what the model's own pipeline does
  yes,    // to unit Euclidean length (a zero vector stays zero)
  no,     // never, not even where the model's pipeline ends in a Normalize module
};

enum class Output {
  pooled,  // a row per input
  tokens,  // a row per token of each input, before pooling, with the token's place in the text
};

// Which of the model's prompts is put before each text (config_sentence_transformers.json).
enum class InputType { none, query, document };

// What happens to an input with more tokens than the model takes.
enum class Truncation {
  right,  // the end is cut off, special tokens stay
  left,   // the beginning is cut off, special tokens stay
  error,  // the request fails with invalid_argument and the input's index
};

// Interactive work goes before bulk work; bulk work that has waited long is not passed over again.
enum class Priority { interactive, bulk };

// Every field but `inputs` has a default that suits. Requests are moved in. (The {} keep compilers from
// warning where a request names only some fields: {.inputs = {"hello"}}.)
struct BatchEmbeddingRequest {
  // Empty, or a name of this provider's model (its id or its served name); another is not_found.
  std::string model{};

  // At least one. Lists of any length are accepted and split inside, unless
  // ProviderOptions::max_batch_size sets a bound.
  std::vector<Input> inputs{};

  Normalize normalize = Normalize::model;
  Output output = Output::pooled;

  // Matryoshka truncation: keep the first N values, then normalise again where the request does.
  // From 1 to ModelInfo::dimension.
  std::optional<std::uint32_t> dimensions{};

  InputType input_type = InputType::none;

  // A prompt by its name in the model's configuration; wins over input_type. Unknown: invalid_argument.
  std::string prompt_name{};

  Truncation truncation = Truncation::right;
  Priority priority = Priority::interactive;

  // Whom fairness is between: requests of one caller take turns with those of another. Any string.
  std::string caller{};

  // After this moment queued work is dropped and the request ends as deadline_exceeded.
  std::optional<std::chrono::steady_clock::time_point> deadline{};

  CancelToken cancel{};

  // W3C Trace Context ("00-...-01", and what goes with it): the remote provider sends it on. Empty: none.
  std::string trace_parent{};
  std::string trace_state{};
};

}  // namespace akidb::embedding
