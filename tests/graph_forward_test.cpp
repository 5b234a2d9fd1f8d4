// What converted graphs compute, on ONNX Runtime, against the plain forward pass: every form of the graph,
// every activation, every spelling and number format of a checkpoint.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "backend/onnx/onnx_backend.hpp"
#include "graph/convert.hpp"
#include "model/model.hpp"
#include "support/plain_bert.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::graph {
namespace {

namespace fs = std::filesystem;
using backend::Backend;
using test::PlainBert;
using test::TemporaryFolder;
using test::TinyBert;

// Hidden states are of the order of 1: layer norm's weights lie between 0.5 and 1.5.
constexpr double kTolerance = 2e-5;

// All rows, sequence after sequence.
class Rows final : public backend::RowSink {
 public:
  Rows(std::size_t sequences, std::size_t hidden) : hidden_(hidden), rows_(sequences) {}

  void rows(std::size_t sequence, std::size_t first_token, std::span<const float> values) override {
    auto& target = rows_[sequence];
    EXPECT_EQ(target.size(), first_token * hidden_);
    target.insert(target.end(), values.begin(), values.end());
  }

  [[nodiscard]] const std::vector<float>& of(std::size_t sequence) const { return rows_[sequence]; }

 private:
  std::size_t hidden_;
  std::vector<std::vector<float>> rows_;
};

// Sequences of these lengths, with ids from all over the vocabulary.
struct Batch {
  explicit Batch(const std::vector<std::uint32_t>& lengths) {
    std::uint32_t next = 7;
    for (const std::uint32_t length : lengths) {
      for (std::uint32_t i = 0; i < length; ++i) ids.push_back(next = (next * 31 + 11) % test::tiny_vocabulary_size());
      offsets.push_back(static_cast<std::uint32_t>(ids.size()));
    }
  }

  [[nodiscard]] std::span<const std::uint32_t> sequence(std::size_t index) const {
    return std::span(ids).subspan(offsets[index], offsets[index + 1] - offsets[index]);
  }

  std::vector<std::uint32_t> ids;
  std::vector<std::uint32_t> offsets = {0};
};

// Largest difference of a hidden state to the plain pass.
double difference(Backend& engine, const PlainBert& plain, const std::vector<std::uint32_t>& lengths) {
  const Batch batch(lengths);
  Rows rows(lengths.size(), plain.hidden_size());
  const auto outcome = engine.forward({batch.ids, batch.offsets}, backend::Cores::one, rows);
  EXPECT_TRUE(outcome) << to_string(outcome.error());
  double largest = 0;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    const auto expected = plain.forward(batch.sequence(i));
    if (rows.of(i).size() != expected.size()) return INFINITY;
    for (std::size_t j = 0; j < expected.size(); ++j) {
      largest = std::max(largest, std::abs(expected[j] - static_cast<double>(rows.of(i)[j])));
    }
  }
  return largest;
}

std::unique_ptr<Backend> open(const fs::path& graph) {
  backend::onnx::OnnxOptions options;
  options.graph = graph;
  options.device = "cpu";
  auto engine = backend::onnx::open_backend(options);
  EXPECT_TRUE(engine) << to_string(engine.error());
  return engine ? std::move(*engine) : nullptr;
}

struct Case {
  std::string name;
  TinyBert tiny;
  GraphOptions options;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const bool mask : {true, false}) {
    for (const bool types : {true, false}) {
      for (const bool fuse : {true, false}) {
        all.push_back({std::string(mask ? "mask" : "nomask") + (types ? "_types" : "_notypes") + (fuse ? "_fused" : ""),
                       {},
                       {mask, types, fuse}});
      }
    }
  }
  for (const std::string activation : {"gelu_new", "relu", "silu"}) {
    all.push_back({activation, {.activation = activation}, {}});
  }
  all.push_back({"one_head", {.heads = 1}, {}});
  all.push_back({"heads_of_two", {.heads = 16}, {}});
  all.push_back({"deep", {.layers = 5}, {}});
  all.push_back({"bert_prefix", {.tensor_prefix = "bert."}, {}});
  all.push_back({"gamma_beta", {.old_norm_names = true}, {}});
  all.push_back({"half", {.dtype = model::Dtype::f16}, {}});
  all.push_back({"bfloat", {.dtype = model::Dtype::bf16}, {}});
  all.push_back({"shards", {.shards = 3}, {}});
  all.push_back({"data_file", {.hidden_size = 256, .intermediate_size = 1024}, {}});
  return all;
}

class GraphForward : public testing::TestWithParam<Case> {};

TEST_P(GraphForward, GivesThePlainPassesHiddenStates) {
  const TemporaryFolder folder;
  test::write_tiny_bert(folder.path(), GetParam().tiny);
  const auto model = model::read_model_folder(folder.path());
  ASSERT_TRUE(model) << to_string(model.error());
  const auto written = write_onnx(*model, folder.path() / "graph.onnx", GetParam().options);
  ASSERT_TRUE(written) << to_string(written.error());
  const auto engine = open(folder.path() / "graph.onnx");
  ASSERT_TRUE(engine);
  const PlainBert plain(*model);
  EXPECT_LE(difference(*engine, plain, {1}), kTolerance);
  EXPECT_LE(difference(*engine, plain, {40}), kTolerance);
  EXPECT_LE(difference(*engine, plain, {9, 9, 9}), kTolerance);
  if (!GetParam().options.attention_mask) return;
  EXPECT_LE(difference(*engine, plain, {3, 17, 1, 8}), kTolerance);
}

INSTANTIATE_TEST_SUITE_P(, GraphForward, testing::ValuesIn(cases()),
                         [](const auto& param) { return param.param.name; });

TEST(ConvertedOnnx, BothGraphsOfTheCacheGiveThePlainPassesHiddenStates) {
  const TemporaryFolder folder;
  test::write_tiny_bert(folder.path() / "model");
  const auto model = model::read_model_folder(folder.path() / "model");
  ASSERT_TRUE(model);
  const auto graph = converted_onnx(*model, folder.path() / "derived");
  ASSERT_TRUE(graph) << to_string(graph.error());
  const PlainBert plain(*model);
  const auto masked = open(*graph);
  const auto unmasked = open(unmasked_graph(*graph));
  ASSERT_TRUE(masked && unmasked);
  EXPECT_LE(difference(*masked, plain, {12, 5, 12}), kTolerance);
  EXPECT_LE(difference(*unmasked, plain, {12, 12}), kTolerance);
}

// The plain pass would not notice what it shares with the graph: two seeds must differ.
TEST(ConvertedOnnx, OtherWeightsGiveOtherHiddenStates) {
  const TemporaryFolder folder;
  test::write_tiny_bert(folder.path() / "one");
  test::write_tiny_bert(folder.path() / "two", {.seed = 2});
  const auto one = model::read_model_folder(folder.path() / "one");
  const auto two = model::read_model_folder(folder.path() / "two");
  ASSERT_TRUE(one && two);
  ASSERT_TRUE(write_onnx(*one, folder.path() / "one.onnx"));
  const auto engine = open(folder.path() / "one.onnx");
  ASSERT_TRUE(engine);
  EXPECT_GT(difference(*engine, PlainBert(*two), {8}), 0.1);
}

}  // namespace
}  // namespace akidb::embedding::graph
