// Small BERT models with random weights, laid out as published ones.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "model/dtype.hpp"
#include "support/safetensors_writer.hpp"

namespace akidb::embedding::test {

struct TinyBert {
  std::uint32_t hidden_size = 32;
  std::uint32_t layers = 2;
  std::uint32_t heads = 4;
  std::uint32_t intermediate_size = 64;
  std::uint32_t max_positions = 40;
  std::uint32_t max_seq_length = 24;
  std::string activation = "gelu";
  std::string pooling = "mean";  // in the newer spelling
  bool normalize = true;
  std::string tensor_prefix = {};  // "bert."
  bool old_norm_names = false;     // LayerNorm.gamma, LayerNorm.beta
  bool pooler = true;
  model::Dtype dtype = model::Dtype::f32;
  std::uint32_t shards = 1;  // more than one: with an index
  std::uint64_t seed = 1;
};

// Words of the models' vocabulary; ids count up from zero: [PAD], [UNK], [CLS], [SEP], [MASK], then
// letters, digits and punctuation, each also as a "##" piece, then some words.
std::string tiny_vocabulary();
std::uint32_t tiny_vocabulary_size();

// The model's weights, as exact values; the same for the same `tiny`.
FloatTensors tiny_bert_tensors(const TinyBert& tiny);

// Writes config.json, modules.json, 1_Pooling/config.json, sentence_bert_config.json,
// tokenizer_config.json, vocab.txt and the weights into `folder`, which is made.
void write_tiny_bert(const std::filesystem::path& folder, const TinyBert& tiny = {});

}  // namespace akidb::embedding::test
