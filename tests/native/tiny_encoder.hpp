// A native backend over a small random model, without a provider around it.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "backend/backend.hpp"
#include "backend/native/encoder_model.hpp"
#include "backend/native/kernels/kernel_set.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::test {

// The model of `tiny`, written into `folder` and read back.
Result<backend::native::EncoderModel> tiny_model(const TemporaryFolder& folder, const TinyBert& tiny);

// Ends the test program where it cannot be opened.
std::unique_ptr<backend::Backend> open_tiny(const TinyBert& tiny, std::uint32_t threads,
                                            backend::native::kernels::Precision precision);

// Sequences as a backend takes them.
struct Batch {
  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> offsets = {0};

  void add(const std::vector<std::uint32_t>& sequence) {
    ids.insert(ids.end(), sequence.begin(), sequence.end());
    offsets.push_back(static_cast<std::uint32_t>(ids.size()));
  }
};

std::vector<std::uint32_t> random_sequence(std::mt19937& random, std::size_t longest);

// All rows of all sequences; those that never came are NaN.
std::vector<float> rows_of(backend::Backend& backend, const Batch& batch, backend::Cores cores,
                           bool first_rows_only = false);

}  // namespace akidb::embedding::test
