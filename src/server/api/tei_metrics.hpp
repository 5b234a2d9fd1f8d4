// Embedding requests of the routes and methods that TEI has, /v1/embeddings among them, counted as TEI counts them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/api/metric.hpp"
#include "server/api/refusal.hpp"

namespace akidb::embedding::server {

// TEI's values of `err`, but "tokenization", which is "validation" here.
enum class TeiFailure : std::uint8_t { overloaded, batch_size, model_type, validation, inference };
inline constexpr std::array kTeiFailures = {TeiFailure::overloaded, TeiFailure::batch_size, TeiFailure::model_type,
                                            TeiFailure::validation, TeiFailure::inference};

std::string_view to_string(TeiFailure failure) noexcept;

// Nothing for what TEI has no name for: a model that loads, a deadline, a client that went away.
std::optional<TeiFailure> tei_failure(const Refusal& refusal) noexcept;

// A request counts once its body could be read, answered or not. Thread-safe.
class TeiMetrics {
 public:
  struct ByMethod {
    Counter single;  // of one text that did not stand in a list
    Counter batch;

    Counter& of(bool is_batch) noexcept { return is_batch ? batch : single; }
  };

  void began(bool is_batch) noexcept { requests.of(is_batch).add(); }
  void succeeded(bool is_batch) noexcept { successes.of(is_batch).add(); }
  void failed(const Refusal& refusal) noexcept;  // of one that began
  void refused(bool is_batch, const Refusal& refusal) noexcept {
    began(is_batch);
    failed(refusal);
  }

  [[nodiscard]] std::uint64_t failures(TeiFailure failure) const noexcept {
    return failures_[static_cast<std::size_t>(failure)].value();
  }

  ByMethod requests;
  ByMethod successes;

 private:
  std::array<Counter, kTeiFailures.size()> failures_;
};

}  // namespace akidb::embedding::server
