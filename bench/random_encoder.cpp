#include "random_encoder.hpp"

#include <cmath>
#include <deque>
#include <memory>
#include <random>
#include <vector>

namespace akidb::embedding::bench {
namespace {

using backend::native::EncoderModel;
using backend::native::StoredLinear;
using backend::native::StoredNorm;
using backend::native::StoredTensor;

using Owned = std::deque<std::vector<float>>;

class Maker {
 public:
  explicit Maker(Owned& owned) : owned_(owned) {}

  StoredTensor tensor(std::size_t rows, std::size_t columns, float deviation, float mean = 0) {
    auto& values = owned_.emplace_back(rows * columns);
    // A sum of uniform numbers is normal enough, and fast for a third of a billion of them.
    constexpr float kSpread = 1.0F / 65'536;
    for (float& value : values) {
      const auto bits = static_cast<std::uint32_t>(random_());
      const auto sum = static_cast<float>((bits & 0xFFFFU) + (bits >> 16U)) * kSpread - 1;
      value = mean + deviation * std::sqrt(6.F) * sum;
    }
    return {"random", backend::native::ElementType::fp32, reinterpret_cast<const std::byte*>(values.data()), rows,
            columns};
  }
  StoredNorm norm(std::size_t width) { return {tensor(1, width, 0.05F, 1), tensor(1, width, 0.05F)}; }
  StoredLinear linear(std::size_t outputs, std::size_t inputs, std::size_t parts = 1) {
    StoredLinear linear;
    for (std::size_t i = 0; i < parts; ++i) {
      linear.weights.push_back(tensor(outputs, inputs, 1 / std::sqrt(static_cast<float>(inputs))));
      linear.biases.push_back(tensor(1, outputs, 0.05F));
    }
    return linear;
  }

 private:
  Owned& owned_;
  std::mt19937 random_{3};
};

}  // namespace

EncoderModel random_encoder(const Shape& shape) {
  constexpr std::size_t kVocabulary = 30'522;
  const auto owned = std::make_shared<Owned>();
  Maker make(*owned);
  EncoderModel model;
  model.hidden_size = shape.hidden;
  model.heads = shape.heads;
  model.inner_size = shape.inner;
  model.max_positions = 8'192;
  model.word_embeddings = make.tensor(kVocabulary, shape.hidden, 0.05F);
  model.position_embeddings = make.tensor(model.max_positions, shape.hidden, 0.02F);
  model.type_embeddings = make.tensor(2, shape.hidden, 0.02F);
  model.embeddings_norm = make.norm(shape.hidden);
  for (std::size_t i = 0; i < shape.layers; ++i) {
    backend::native::StoredLayer layer;
    layer.query_key_value = make.linear(shape.hidden, shape.hidden, 3);
    layer.attention_output = make.linear(shape.hidden, shape.hidden);
    layer.attention_norm = make.norm(shape.hidden);
    layer.up = make.linear(shape.inner, shape.hidden);
    layer.down = make.linear(shape.hidden, shape.inner);
    layer.output_norm = make.norm(shape.hidden);
    model.layers.push_back(std::move(layer));
  }
  model.owner = owned;
  return model;
}

}  // namespace akidb::embedding::bench
