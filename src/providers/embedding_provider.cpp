// The door: what every provider's requests pass on the way in, and every answer on the way out.
#include <akidb/embedding/provider.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/guard_memory.hpp"

namespace akidb::embedding {
namespace {

Error invalid(std::string message) { return {ErrorCode::invalid_argument, std::move(message), {}, {}}; }

// What an answer must look like.
struct Expected {
  std::size_t inputs;
  std::size_t dimension;
  bool is_tokens;
};

bool all_finite(std::span<const float> row) noexcept {
  // A value times zero is zero unless the value is NaN or infinite.
  float probe = 0;
  for (const float value : row) probe += value * 0.0F;
  return probe == 0.0F;
}

Error bad_answer(std::string problem) { return {ErrorCode::internal, "the model gave " + std::move(problem), {}, {}}; }

// Output::tokens: the rows of the inputs follow each other without gaps, and each has its range.
bool has_rows_of_tokens(const Embeddings& embeddings, std::size_t inputs) {
  const auto& first_row = embeddings.first_row;
  return first_row.size() == inputs + 1 && first_row.front() == 0 && first_row.back() == embeddings.rows() &&
         std::is_sorted(first_row.begin(), first_row.end()) && embeddings.token_ranges.size() == embeddings.rows();
}

Result<void> check_shape(const BatchEmbeddingResponse& response, const Expected& expected) {
  const auto& embeddings = response.embeddings;
  const auto inputs = std::to_string(expected.inputs) + " inputs";
  if (embeddings.dimension() != expected.dimension) {
    return bad_answer("rows of " + std::to_string(embeddings.dimension()) + " values, expected " +
                      std::to_string(expected.dimension));
  }
  if (embeddings.values().size() % expected.dimension != 0) {
    return bad_answer(std::to_string(embeddings.values().size()) + " values, expected whole rows of " +
                      std::to_string(expected.dimension));
  }
  if (!expected.is_tokens && embeddings.rows() != expected.inputs) {
    return bad_answer(std::to_string(embeddings.rows()) + " rows for " + inputs);
  }
  if (expected.is_tokens ? !has_rows_of_tokens(embeddings, expected.inputs) : !embeddings.first_row.empty()) {
    return bad_answer(std::string(expected.is_tokens ? "no consistent" : "unasked-for") + " rows of tokens for " +
                      inputs);
  }
  if (response.inputs.size() != expected.inputs) {
    return bad_answer(std::to_string(response.inputs.size()) + " reports for " + inputs);
  }
  return {};
}

Result<void> check_answer(const BatchEmbeddingResponse& response, const Expected& expected) {
  if (auto shape = check_shape(response, expected); !shape) return shape;
  const auto& embeddings = response.embeddings;
  for (std::size_t input = 0; input < expected.inputs; ++input) {
    const auto [first, last] = embeddings.span_of(input);
    const auto rows = embeddings.values().subspan(first * expected.dimension, (last - first) * expected.dimension);
    if (all_finite(rows)) continue;
    return Error{
        ErrorCode::data_corrupt, "inputs[" + std::to_string(input) + "]: the model gave NaN or infinity", {}, input};
  }
  return {};
}

// Its one text is no input of the caller's.
Error of_health_check(const std::string& check, Error error) {
  if (!error.input_index) return error;
  constexpr std::string_view kInput = "inputs[0]: ";
  if (error.message.starts_with(kInput)) error.message.erase(0, kInput.size());
  error.message.insert(0, check);
  error.input_index.reset();
  return error;
}

std::string short_number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%g", value);
  return text.data();
}

// A caller's completion, which sees the answer once it has been checked. Where want of memory drops it on its way, it
// is told so.
class CheckedCompletion {
 public:
  explicit CheckedCompletion(Completion done) noexcept : done_(std::move(done)) {}
  CheckedCompletion(CheckedCompletion&&) noexcept = default;
  CheckedCompletion& operator=(CheckedCompletion&&) = delete;
  ~CheckedCompletion() { refuse(base::out_of_memory()); }

  [[nodiscard]] std::chrono::steady_clock::time_point accepted() const noexcept { return accepted_; }
  void expect(const Expected& expected) noexcept { expected_ = expected; }

  void refuse(Error error) {
    if (done_) done_(std::move(error));
  }

  void operator()(Result<BatchEmbeddingResponse> outcome) {
    if (!done_) return;
    if (outcome) {
      auto check = base::guard_memory("check the vectors", [&] { return check_answer(*outcome, expected_); });
      if (!check) return refuse(std::move(check).error());
      outcome->usage.duration =
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - accepted_);
    }
    done_(std::move(outcome));
  }

 private:
  Completion done_;
  std::chrono::steady_clock::time_point accepted_ = std::chrono::steady_clock::now();
  Expected expected_{};
};

// Values that no enumerator has come from casts, as bindings make them.
Result<void> check_enumerations(const BatchEmbeddingRequest& request) {
  struct Field {
    const char* name;
    int value;
    int last;
  };
  for (const auto& field : {
           Field{"normalize", static_cast<int>(request.normalize), static_cast<int>(Normalize::no)},
           Field{"output", static_cast<int>(request.output), static_cast<int>(Output::tokens)},
           Field{"input_type", static_cast<int>(request.input_type), static_cast<int>(InputType::document)},
           Field{"truncation", static_cast<int>(request.truncation), static_cast<int>(Truncation::error)},
           Field{"priority", static_cast<int>(request.priority), static_cast<int>(Priority::bulk)},
       }) {
    if (field.value < 0 || field.value > field.last) {
      return invalid(std::string(field.name) + ": unknown value " + std::to_string(field.value));
    }
  }
  return {};
}

}  // namespace

Result<void> EmbeddingProvider::validate(const BatchEmbeddingRequest& request) const {
  if (auto known = check_enumerations(request); !known) return known;
  if (!request.model.empty() && !answers_to(request.model)) {
    return Error{ErrorCode::not_found, "model: no model \"" + request.model + "\" here", {}, {}};
  }
  if (request.inputs.empty()) return invalid("inputs: expected at least one, found none");
  if (const auto most = max_batch_size(); most != 0 && request.inputs.size() > most) {
    return invalid("inputs: expected at most " + std::to_string(most) + ", found " +
                   std::to_string(request.inputs.size()));
  }
  if (request.dimensions) {
    const auto info = do_model_info();
    if (!info) return info.error();
    if (*request.dimensions < 1 || *request.dimensions > (*info)->dimension) {
      return invalid("dimensions: expected 1 to " + std::to_string((*info)->dimension) + ", found " +
                     std::to_string(*request.dimensions));
    }
    if (request.output == Output::tokens) return invalid("dimensions: goes with pooled output only");
  }
  return {};
}

bool EmbeddingProvider::answers_to(std::string_view name) const {
  const auto info = do_model_info();
  return info && (*info)->model == name;
}

void EmbeddingProvider::embed_batch_async(BatchEmbeddingRequest request, Completion done) {
  CheckedCompletion checked(std::move(done));
  try {
    const auto info = do_model_info();
    if (!info) return checked.refuse(info.error());
    if (auto outcome = validate(request); !outcome) return checked.refuse(std::move(outcome).error());
    checked.expect(
        {request.inputs.size(), request.dimensions.value_or((*info)->dimension), request.output == Output::tokens});
    const auto accepted = checked.accepted();
    do_submit({std::move(request), accepted}, std::move(checked));
  } catch (const std::bad_alloc&) {
    // whoever held the completion told it
  }
}

Result<BatchEmbeddingResponse> EmbeddingProvider::embed_batch(BatchEmbeddingRequest request) {
  struct Meeting {
    std::mutex mutex;
    std::condition_variable arrived;
    std::optional<Result<BatchEmbeddingResponse>> outcome;
  };
  return base::guard_memory("hold the request", [&]() -> Result<BatchEmbeddingResponse> {
    // Shared: the library's thread may still be inside notify_one when this one has left.
    auto meeting = std::make_shared<Meeting>();
    embed_batch_async(std::move(request), [meeting](Result<BatchEmbeddingResponse> outcome) {
      const std::lock_guard lock(meeting->mutex);
      meeting->outcome.emplace(std::move(outcome));
      meeting->arrived.notify_one();
    });
    std::unique_lock lock(meeting->mutex);
    meeting->arrived.wait(lock, [&] { return meeting->outcome.has_value(); });
    return std::move(*meeting->outcome);
  });
}

Result<ModelInfo> EmbeddingProvider::model_info() const {
  auto info = do_model_info();
  if (!info) return std::move(info).error();
  return **info;
}

Result<void> EmbeddingProvider::health_check() {
  const auto info = do_model_info();
  if (!info) return info.error();
  BatchEmbeddingRequest request;
  request.inputs.push_back(health_input());
  auto response = embed_batch(std::move(request));
  const std::string check = "health check of " + (*info)->model + ": ";
  if (!response) return of_health_check(check, std::move(response).error());

  double squares = 0;
  for (const float value : response->embeddings.row(0)) squares += static_cast<double>(value) * value;
  const bool is_unit = std::abs(std::sqrt(squares) - 1.0) < 1e-3;
  if (squares == 0 || ((*info)->normalized && !is_unit)) {
    return Error{ErrorCode::internal,
                 check + "the vector has length " + short_number(std::sqrt(squares)) + ", expected " +
                     ((*info)->normalized ? "1" : "more than 0"),
                 {},
                 {}};
  }
  return {};
}

}  // namespace akidb::embedding
