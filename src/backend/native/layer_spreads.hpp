// The spreads of all products of an encoder. What goes into the first product of attention and of the feed-forward
// comes from a norm; what goes into the second one comes from the first, which is measured before.
#pragma once

#include <cstddef>
#include <vector>

#include "backend/native/encoder_model.hpp"
#include "backend/native/encoder_weights.hpp"
#include "backend/native/product_spread.hpp"

namespace akidb::embedding::backend::native {

struct LayerSpreads {
  ProductSpread query_key_value;
  ProductSpread attention_output;
  ProductSpread up;
  ProductSpread down;
};

std::vector<LayerSpreads> spreads_of(const EncoderModel& model);

// Before a row of `query_key_value` or `up` is measured; norms and biases of `weights` are there.
void set_first_inputs(std::vector<LayerSpreads>& spreads, const EncoderModel& model, const EncoderWeights& weights);

// Behind those rows, before one of `attention_output` or `down` is measured.
void set_second_inputs(std::vector<LayerSpreads>& spreads, const EncoderModel& model, const EncoderWeights& weights);

double widest(const std::vector<LayerSpreads>& spreads);

}  // namespace akidb::embedding::backend::native
