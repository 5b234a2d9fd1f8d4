#include "graph/encoder_graph.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>

#include "graph/encoder_parameters.hpp"
#include "graph/graph_builder.hpp"

namespace akidb::embedding::graph {
namespace {

using model::Activation;
using model::EncoderConfig;
using model::TensorNames;

// Between the embeddings and the output, all tokens of all sequences are rows of one matrix: linear layers
// are then Gemm nodes, which add their bias in the product. Attention alone sees batch and sequence.
class EncoderGraph {
 public:
  EncoderGraph(const EncoderConfig& config, const TensorNames& names, const GraphOptions& options)
      : config_(config), names_(names), options_(options), graph_(config.architecture) {}

  onnx::ModelProto build(const std::vector<onnx::TensorProto>& parameters) {
    const std::string ids = graph_.input("input_ids");
    const std::string mask = options_.attention_mask ? mask_scores(graph_.input("attention_mask")) : std::string();
    shapes(ids);
    std::string rows = embeddings(ids);
    for (std::uint32_t layer = 0; layer < config_.layers; ++layer) {
      rows = this->layer(std::string(names_.layer) + std::to_string(layer) + ".", rows, mask);
    }
    graph_.output(graph_.node("Reshape", "last_hidden_state", {rows, "shape.hidden"}), config_.hidden_size);
    return std::move(graph_).finish(parameters);
  }

 private:
  using Names = std::vector<std::string>;

  // Run-time shapes that reshapes take: batch x sequence x hidden, and the same with heads apart.
  void shapes(const std::string& ids) {
    const std::int64_t hidden = config_.hidden_size;
    const std::int64_t heads = config_.heads;
    graph_.node("Shape", "shape.batch_sequence", {ids});
    graph_.node("Concat", "shape.hidden", {"shape.batch_sequence", graph_.ints("shape.tail.hidden", {hidden})},
                {{"axis", std::int64_t{0}}});
    graph_.node("Concat", "shape.heads",
                {"shape.batch_sequence", graph_.ints("shape.tail.heads", {heads, hidden / heads})},
                {{"axis", std::int64_t{0}}});
    graph_.ints("shape.rows", {-1, hidden});
  }

  // batch x 1 x 1 x sequence: zero where a token counts, else so low that softmax makes it zero.
  std::string mask_scores(const std::string& mask) {
    const std::string real =
        graph_.node("Cast", "mask.float", {mask}, {{"to", std::int64_t{onnx::TensorProto::FLOAT}}});
    const std::string padding = graph_.node("Sub", "mask.padding", {graph_.scalar("one", 1), real});
    const std::string scores =
        graph_.node("Mul", "mask.scores", {padding, graph_.scalar("lowest", std::numeric_limits<float>::lowest())});
    return graph_.node("Unsqueeze", "mask.broadcast", {scores, graph_.ints("axes.1_2", {1, 2})});
  }

  std::string embeddings(const std::string& ids) {
    std::string sum = graph_.node("Gather", "embeddings.words", {table(names_.word_embeddings), ids});
    if (options_.token_type_ids && config_.type_vocab_size > 0) {
      const std::string type_ids = graph_.input("token_type_ids");
      const std::string types = graph_.node("Gather", "embeddings.types", {table(names_.type_embeddings), type_ids});
      sum = graph_.node("Add", "embeddings.words_types", {sum, types});
    }
    const std::string length =
        graph_.node("Gather", "shape.sequence", {"shape.batch_sequence", graph_.ints("index.1", {1})});
    const std::string positions = graph_.node(
        "Slice", "embeddings.positions",
        {table(names_.position_embeddings), graph_.ints("index.0", {0}), length, graph_.ints("axes.0", {0})});
    sum = graph_.node("Add", "embeddings.sum", {sum, positions});
    sum = graph_.node("Reshape", "embeddings.rows", {sum, "shape.rows"});
    return norm(std::string(names_.embeddings_norm), sum);
  }

  std::string layer(const std::string& prefix, const std::string& input, const std::string& mask) {
    const auto name = [&](std::string_view part) { return prefix + std::string(part); };
    const std::string context = attention(prefix, input, mask);
    const std::string attended = linear(name(names_.attention_output), context);
    const std::string attention_sum = graph_.node("Add", name("attention.sum"), {attended, input});
    const std::string middle = norm(name(names_.attention_norm), attention_sum);
    const std::string wide = activation(prefix, linear(name(names_.intermediate), middle));
    const std::string narrow = linear(name(names_.output), wide);
    const std::string output_sum = graph_.node("Add", name("output.sum"), {narrow, middle});
    return norm(name(names_.output_norm), output_sum);
  }

  std::string attention(const std::string& prefix, const std::string& input, const std::string& mask) {
    const auto parts = query_key_value(prefix, input);
    const std::string query = heads(prefix + "attention.query", parts[0], {0, 2, 1, 3});
    const std::string key = heads(prefix + "attention.key", parts[1], {0, 2, 3, 1});
    const std::string value = heads(prefix + "attention.value", parts[2], {0, 2, 1, 3});
    std::string scores = graph_.node("MatMul", prefix + "attention.scores", {query, key});
    if (!mask.empty()) scores = graph_.node("Add", prefix + "attention.masked", {scores, mask});
    const std::string weights =
        graph_.node("Softmax", prefix + "attention.softmax", {scores}, {{"axis", std::int64_t{-1}}});
    const std::string context = graph_.node("MatMul", prefix + "attention.context", {weights, value});
    const std::string rows = graph_.node("Transpose", prefix + "attention.context_rows", {context},
                                         {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
    return graph_.node("Reshape", prefix + "attention.joined", {rows, "shape.rows"});
  }

  // Rows of query, key and value, each rows x hidden.
  Names query_key_value(const std::string& prefix, const std::string& input) {
    if (!options_.fuse_qkv) {
      return {linear(prefix + std::string(names_.query), input), linear(prefix + std::string(names_.key), input),
              linear(prefix + std::string(names_.value), input)};
    }
    const std::int64_t hidden = config_.hidden_size;
    const std::string fused = linear(prefix + std::string(kFusedQkv), input);
    Names parts = {prefix + "attention.q", prefix + "attention.k", prefix + "attention.v"};
    graph_.node("Split", prefix + "attention.split", {fused, graph_.ints("split.qkv", {hidden, hidden, hidden})}, parts,
                {{"axis", std::int64_t{1}}});
    return parts;
  }

  // rows x hidden to batch x heads x sequence x head size, or with the last two the other way round.
  std::string heads(const std::string& name, const std::string& rows, std::vector<std::int64_t> order) {
    const std::string apart = graph_.node("Reshape", name + ".heads", {rows, "shape.heads"});
    return graph_.node("Transpose", name + ".ready", {apart}, {{"perm", std::move(order)}});
  }

  std::string linear(const std::string& name, const std::string& input) {
    return graph_.node("Gemm", name, {input, name + ".weight", name + ".bias"});
  }

  std::string norm(const std::string& name, const std::string& input) {
    return graph_.node("LayerNormalization", name, {input, name + ".weight", name + ".bias"},
                       {{"axis", std::int64_t{-1}}, {"epsilon", static_cast<float>(config_.layer_norm_epsilon)}});
  }

  static std::string table(std::string_view name) { return std::string(name) + ".weight"; }

  std::string activation(const std::string& prefix, const std::string& input) {
    const std::string name = prefix + "activation";
    switch (config_.activation) {
      case Activation::gelu: return gelu(name, input);
      case Activation::gelu_tanh: return gelu_tanh(name, input);
      case Activation::relu: return graph_.node("Relu", name, {input});
      case Activation::silu: break;
    }
    return graph_.node("Mul", name, {input, graph_.node("Sigmoid", name + ".sigmoid", {input})});
  }

  // x / 2 (1 + erf(x / sqrt 2)), in the order of nodes in which engines look for it.
  std::string gelu(const std::string& name, const std::string& x) {
    const auto root = std::numbers::sqrt2_v<float>;
    const std::string scaled = graph_.node("Div", name + ".scaled", {x, graph_.scalar("sqrt2", root)});
    const std::string erf = graph_.node("Erf", name + ".erf", {scaled});
    const std::string shifted = graph_.node("Add", name + ".shifted", {erf, graph_.scalar("one", 1)});
    const std::string product = graph_.node("Mul", name + ".product", {x, shifted});
    return graph_.node("Mul", name, {product, graph_.scalar("half", 0.5F)});
  }

  // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
  std::string gelu_tanh(const std::string& name, const std::string& x) {
    const auto factor = static_cast<float>(std::sqrt(2 / std::numbers::pi));
    const std::string cube = graph_.node("Pow", name + ".cube", {x, graph_.scalar("three", 3)});
    const std::string small = graph_.node("Mul", name + ".small", {cube, graph_.scalar("gelu.cubic", 0.044715F)});
    const std::string sum = graph_.node("Add", name + ".sum", {x, small});
    const std::string scaled = graph_.node("Mul", name + ".scaled", {sum, graph_.scalar("gelu.factor", factor)});
    const std::string tanh = graph_.node("Tanh", name + ".tanh", {scaled});
    const std::string shifted = graph_.node("Add", name + ".shifted", {tanh, graph_.scalar("one", 1)});
    const std::string product = graph_.node("Mul", name + ".product", {x, shifted});
    return graph_.node("Mul", name, {product, graph_.scalar("half", 0.5F)});
  }

  const EncoderConfig& config_;
  const TensorNames& names_;
  const GraphOptions& options_;
  GraphBuilder graph_;
};

}  // namespace

onnx::ModelProto encoder_graph(const EncoderConfig& config, const model::Architecture& architecture,
                               const GraphOptions& options, const std::vector<onnx::TensorProto>& parameters) {
  return EncoderGraph(config, architecture.tensors, options).build(parameters);
}

}  // namespace akidb::embedding::graph
