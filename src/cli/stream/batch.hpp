// A run of records on their way through the provider.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include "cli/input/record.hpp"

namespace akidb::embedding::cli {

class Batch {
 public:
  void add(std::uint64_t index, Record record);

  [[nodiscard]] bool empty() const noexcept { return records_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] const Record& record(std::size_t i) const noexcept { return records_[i]; }
  [[nodiscard]] std::uint64_t index(std::size_t i) const noexcept { return indexes_[i]; }

  // `form` with the texts of records [first, last).
  [[nodiscard]] BatchEmbeddingRequest request(const BatchEmbeddingRequest& form, std::size_t first,
                                              std::size_t last) const;

  void submit(EmbeddingProvider& provider, const BatchEmbeddingRequest& form);
  [[nodiscard]] bool wait_for(std::chrono::milliseconds time) const;   // true once the outcome is there
  Result<BatchEmbeddingResponse> outcome() { return outcome_.get(); }  // once

  InputPosition end;          // of the input, after the last record
  std::uint64_t skipped = 0;  // bad records of the whole input up to `end`

 private:
  std::vector<Record> records_;
  std::vector<std::uint64_t> indexes_;
  std::size_t bytes_ = 0;
  std::future<Result<BatchEmbeddingResponse>> outcome_;
};

}  // namespace akidb::embedding::cli
