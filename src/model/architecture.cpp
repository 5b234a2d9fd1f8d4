#include "model/architecture.hpp"

#include <array>

namespace akidb::embedding::model {
namespace {

constexpr std::array kEncodersOnly = {
    FixedField{"position_embedding_type", "absolute"},
    FixedField{"is_decoder", false},
    FixedField{"is_encoder_decoder", false},
    FixedField{"add_cross_attention", false},
};

constexpr std::array kMpnetFixed = {
    FixedField{"relative_attention_num_buckets", 32.0},
    FixedField{"is_decoder", false},
};

constexpr std::array kNomicFixed = {
    FixedField{"prenorm", false},
    FixedField{"causal", false},
    FixedField{"parallel_block", false},
    FixedField{"use_rms_norm", false},
    FixedField{"rotary_emb_interleaved", false},
    FixedField{"rotary_emb_fraction", 1.0},
    FixedField{"rotary_emb_scale_base", std::monostate{}},
    FixedField{"rotary_scaling_factor", std::monostate{}},
    FixedField{"rope_scaling", std::monostate{}},
    FixedField{"rope_parameters.rope_type", "default"},
    FixedField{"num_experts", 0.0},
};

constexpr std::array kModernFixed = {
    FixedField{"rope_scaling", std::monostate{}},
    FixedField{"rope_parameters.full_attention.rope_type", "default"},
    FixedField{"rope_parameters.sliding_attention.rope_type", "default"},
};

// Of BERT's kin: query, key and value apart, both norms behind their sums.
constexpr TensorNames kDistilbert = {
    .layer = "transformer.layer.",
    .query = "attention.q_lin",
    .key = "attention.k_lin",
    .value = "attention.v_lin",
    .attention_output = "attention.out_lin",
    .attention_norm = "sa_layer_norm",
    .intermediate = "ffn.lin1",
    .output = "ffn.lin2",
    .output_norm = "output_layer_norm",
};

constexpr TensorNames kMpnet = {
    .query = "attention.attn.q",
    .key = "attention.attn.k",
    .value = "attention.attn.v",
    .attention_output = "attention.attn.o",
    .attention_norm = "attention.LayerNorm",
    .relative_bias = "encoder.relative_attention_bias",
};

constexpr TensorNames kNomic = {
    .word_embeddings = "embeddings.word_embeddings",
    .embeddings_norm = "emb_ln",
    .layer = "encoder.layers.",
    .qkv = "attn.Wqkv",
    .attention_output = "attn.out_proj",
    .attention_norm = "norm1",
    .intermediate = "mlp.fc12",
    .multiplied = "mlp.fc11",
    .output = "mlp.fc2",
    .output_norm = "norm2",
};

constexpr TensorNames kModern = {
    .word_embeddings = "embeddings.tok_embeddings",
    .embeddings_norm = "embeddings.norm",
    .layer = "layers.",
    .qkv = "attn.Wqkv",
    .attention_output = "attn.Wo",
    .attention_norm = "attn_norm",
    .intermediate = "mlp.Wi",
    .output = "mlp.Wo",
    .output_norm = "mlp_norm",
    .final_norm = "final_norm",
};

constexpr ConfigKeys kRobertaKeys = {.padding_id = "pad_token_id"};

constexpr Architecture roberta(std::string_view name, std::string_view prefix) {
  return {.model_type = name, .prefix = prefix, .keys = kRobertaKeys, .fixed = kEncodersOnly, .padding_id = 1};
}

// NomicBERT, with keys as the model hub's files spell them or as transformers writes them.
constexpr Architecture nomic(const ConfigKeys& keys) {
  return {.model_type = "nomic_bert",
          .prefix = "nomic_bert.",
          .keys = keys,
          .tensors = kNomic,
          .fixed = kNomicFixed,
          .gated = true,
          .position_embeddings = false,
          .activation = "silu",
          .rotary_theta = 1000,
          .attention_bias = false,
          .mlp_bias = false};
}

constexpr std::array kArchitectures = {
    Architecture{.model_type = "bert", .prefix = "bert.", .fixed = kEncodersOnly},
    Architecture{.model_type = "distilbert",
                 .prefix = "distilbert.",
                 .keys = {.hidden_size = "dim",
                          .layers = "n_layers",
                          .heads = "n_heads",
                          .intermediate_size = "hidden_dim",
                          .type_vocab_size = {},
                          .layer_norm_epsilon = {},
                          .activation = "activation"},
                 .tensors = kDistilbert,
                 .fixed = kEncodersOnly},
    Architecture{.model_type = "mpnet",
                 .prefix = "mpnet.",
                 .keys = {.type_vocab_size = {}, .relative_buckets = "relative_attention_num_buckets"},
                 .tensors = kMpnet,
                 .fixed = kMpnetFixed,
                 .padding_id = 1},
    roberta("roberta", "roberta."),
    roberta("xlm-roberta", "roberta."),
    roberta("camembert", "roberta."),
    nomic({.hidden_size = "n_embd",
           .layers = "n_layer",
           .heads = "n_head",
           .intermediate_size = "n_inner",
           .max_positions = "n_positions",
           .layer_norm_epsilon = "layer_norm_epsilon",
           .activation = "activation_function",
           .rotary_theta = "rotary_emb_base",
           .attention_bias = "qkv_proj_bias",
           .mlp_bias = "mlp_fc1_bias"}),
    nomic({.nested_rotary_theta = "rope_parameters.rope_theta"}),
    Architecture{.model_type = "modernbert",
                 .prefix = "model.",
                 .keys = {.type_vocab_size = {},
                          .layer_norm_epsilon = "norm_eps",
                          .activation = "hidden_activation",
                          .rotary_theta = "global_rope_theta",
                          .nested_rotary_theta = "rope_parameters.full_attention.rope_theta",
                          .local_rotary_theta = "local_rope_theta",
                          .nested_local_rotary_theta = "rope_parameters.sliding_attention.rope_theta",
                          .local_window = "local_attention",
                          .global_every = "global_attn_every_n_layers",
                          .layer_types = "layer_types",
                          .attention_bias = "attention_bias",
                          .mlp_bias = "mlp_bias",
                          .norm_bias = "norm_bias"},
                 .tensors = kModern,
                 .fixed = kModernFixed,
                 .norms = NormPlacement::before,
                 .first_attention_norm = false,
                 .gated = true,
                 .position_embeddings = false,
                 .layer_norm_epsilon = 1e-5,
                 .rotary_theta = 160'000,
                 .local_rotary_theta = 10'000,
                 .local_window = 128,
                 .global_every = 3,
                 .attention_bias = false,
                 .mlp_bias = false,
                 .norm_bias = false},
};

}  // namespace

std::span<const Architecture> architectures() noexcept { return kArchitectures; }

const Architecture* find_architecture(std::string_view model_type) noexcept {
  for (const auto& row : kArchitectures) {
    if (row.model_type == model_type) return &row;
  }
  return nullptr;
}

std::string architecture_names() {
  std::string names;
  std::string_view previous;
  for (const auto& row : kArchitectures) {
    if (row.model_type != previous) names.append(names.empty() ? "" : ", ").append(row.model_type);
    previous = row.model_type;
  }
  return names;
}

}  // namespace akidb::embedding::model
