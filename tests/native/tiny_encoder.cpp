#include "native/tiny_encoder.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <utility>

#include "backend/native/native_backend.hpp"
#include "model/model.hpp"
#include "providers/native_model.hpp"

namespace akidb::embedding::test {

Result<backend::native::EncoderModel> tiny_model(const TemporaryFolder& folder, const TinyBert& tiny) {
  write_tiny_bert(folder.path(), tiny);
  const auto model = model::read_model_folder(folder.path());
  if (!model) return model.error();
  return providers::native_model(*model);
}

std::unique_ptr<backend::Backend> open_tiny(const TinyBert& tiny, std::uint32_t threads,
                                            backend::native::kernels::Precision precision) {
  // The model keeps its weights mapped after the folder is gone.
  const TemporaryFolder folder;
  auto model = tiny_model(folder, tiny);
  if (model) {
    auto backend = backend::native::open_backend({std::move(*model), precision, make_executor(threads), "test"});
    if (backend) return std::move(*backend);
    model = std::move(backend).error();
  }
  std::cerr << to_string(model.error()) << '\n';
  std::exit(EXIT_FAILURE);
}

std::vector<std::uint32_t> random_sequence(std::mt19937& random, std::size_t longest) {
  std::vector<std::uint32_t> ids(1 + random() % longest);
  for (auto& id : ids) id = static_cast<std::uint32_t>(random() % tiny_vocabulary_size());
  return ids;
}

std::vector<float> rows_of(backend::Backend& backend, const Batch& batch, backend::Cores cores, bool first_rows_only) {
  class Rows final : public backend::RowSink {
   public:
    Rows(const Batch& batch, std::size_t width)
        : batch_(batch), width_(width), values_(batch.ids.size() * width, std::numeric_limits<float>::quiet_NaN()) {}
    void rows(std::size_t sequence, std::size_t first_token, std::span<const float> values) override {
      std::copy(values.begin(), values.end(),
                values_.begin() + static_cast<std::ptrdiff_t>((batch_.offsets[sequence] + first_token) * width_));
    }
    std::vector<float> take() { return std::move(values_); }

   private:
    const Batch& batch_;
    std::size_t width_;
    std::vector<float> values_;
  };
  Rows rows(batch, backend.info().hidden_size);
  const auto outcome = backend.forward({batch.ids, batch.offsets, first_rows_only}, cores, rows);
  if (!outcome) {
    std::cerr << to_string(outcome.error()) << '\n';
    std::exit(EXIT_FAILURE);
  }
  return rows.take();
}

}  // namespace akidb::embedding::test
