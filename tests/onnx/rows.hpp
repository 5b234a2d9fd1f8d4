// Batches to feed to a backend, and the rows that it gives.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"

namespace akidb::embedding::test {

using Sequences = std::vector<std::vector<std::uint32_t>>;
using Rows = std::vector<std::vector<float>>;  // all rows of a sequence, one after the other

// Runs the sequences as one batch; an error fails the test and gives no rows.
inline Rows rows_of(backend::Backend& backend, const Sequences& sequences, backend::Cores cores = backend::Cores::one) {
  class Collect final : public backend::RowSink {
   public:
    explicit Collect(Rows& rows) : rows_(rows) {}
    void rows(std::size_t sequence, std::size_t /*first_token*/, std::span<const float> values) override {
      rows_[sequence].insert(rows_[sequence].end(), values.begin(), values.end());
    }

   private:
    Rows& rows_;
  };
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
  for (const auto& sequence : sequences) {
    ids.insert(ids.end(), sequence.begin(), sequence.end());
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
  }
  Rows rows(sequences.size());
  Collect sink(rows);
  const auto outcome = backend.forward({ids, offsets}, cores, sink);
  EXPECT_TRUE(outcome) << to_string(outcome.error());
  return outcome ? rows : Rows();
}

}  // namespace akidb::embedding::test
