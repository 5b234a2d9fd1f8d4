// Encoders of well-known shapes with random weights: what they cost does not depend on what they know.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "backend/native/encoder_model.hpp"

namespace akidb::embedding::bench {

struct Shape {
  std::string_view name;
  std::size_t layers;
  std::size_t hidden;
  std::size_t heads;
  std::size_t inner;
};
inline constexpr std::array kShapes = {Shape{"MiniLM-L6", 6, 384, 12, 1'536}, Shape{"BERT-base", 12, 768, 12, 3'072},
                                       Shape{"BERT-large", 24, 1'024, 16, 4'096}};

// In memory; BERT's architecture, 30,522 token ids, 8,192 positions.
backend::native::EncoderModel random_encoder(const Shape& shape);

}  // namespace akidb::embedding::bench
