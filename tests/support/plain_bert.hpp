// A second opinion on every backend: BERT's forward pass in plain loops and double precision.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/model.hpp"

namespace akidb::embedding::test {

class PlainBert {
 public:
  // Takes a copy of the weights. Throws std::runtime_error with the error's text where one is missing.
  explicit PlainBert(const model::ModelFolder& folder);
  ~PlainBert();
  PlainBert(PlainBert&&) noexcept;

  [[nodiscard]] std::size_t hidden_size() const;

  // last_hidden_state of one sequence, tokens x hidden; all tokens of type 0 where `type_ids` is empty.
  [[nodiscard]] std::vector<double> forward(std::span<const std::uint32_t> ids,
                                            std::span<const std::uint32_t> type_ids = {}) const;

 private:
  struct State;
  std::unique_ptr<const State> state_;
};

}  // namespace akidb::embedding::test
