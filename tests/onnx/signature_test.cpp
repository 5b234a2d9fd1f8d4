// Which graphs are text encoders, and what is fed to them: the probe graphs give back what they got.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "backend/onnx/onnx_backend.hpp"
#include "onnx/probe_graph.hpp"
#include "onnx/rows.hpp"
#include "support/temporary_folder.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

using test::ProbeGraph;
using test::Rows;
using test::rows_of;
using test::Sequences;
using test::write_probe_graph;
using ::testing::HasSubstr;
using ::testing::Not;
using Type = ProbeGraph::Type;

Result<std::unique_ptr<Backend>> open(const std::filesystem::path& graph) {
  OnnxOptions options;
  options.graph = graph;
  options.device = "cpu";
  return open_backend(options);
}

struct Taken {
  std::string name;
  ProbeGraph graph;
  Rows rows;  // of the sequences {7, 9} and {8, 1}
};

void PrintTo(const Taken& taken, std::ostream* out) { *out << taken.name; }

const std::vector<std::string> kPublished = {"input_ids", "attention_mask", "token_type_ids"};

const std::vector<Taken> kTaken = {
    {"IdsAlone", {}, {{7, 9}, {8, 1}}},
    {"Published", {.inputs = kPublished}, {{7, 1, 0, 9, 1, 0}, {8, 1, 0, 1, 1, 0}}},
    {"Int32", {.inputs = kPublished, .input_type = Type::int32}, {{7, 1, 0, 9, 1, 0}, {8, 1, 0, 1, 1, 0}}},
    {"Positions", {.inputs = {"position_ids", "input_ids"}}, {{0, 7, 1, 9}, {0, 8, 1, 1}}},
    {"TokenEmbeddings", {.outputs = {{"token_embeddings"}}}, {{7, 9}, {8, 1}}},
    {"Pooled", {.inputs = kPublished, .outputs = {{"sentence_embedding", 2}}}, {{8, 1, 0}, {4.5F, 1, 0}}},
    {"TokensBeforePooled", {.outputs = {{"sentence_embedding", 2}, {"token_embeddings"}}}, {{7, 9}, {8, 1}}},
    {"OneTextAtATime", {.inputs = {"input_ids", "position_ids"}, .sizes = {1, -1}}, {{7, 0, 9, 1}, {8, 0, 1, 1}}},
    {"OthersBeside",
     {.outputs = {{"logits", 2}, {"last_hidden_state"}, {"scores", 3, Type::float64}}},
     {{7, 9}, {8, 1}}},
};

class TakenGraph : public ::testing::TestWithParam<Taken> {};

TEST_P(TakenGraph, IsFedByItsInputsNames) {
  const test::TemporaryFolder folder;
  write_probe_graph(folder.path() / "graph.onnx", GetParam().graph);
  const auto backend = open(folder.path() / "graph.onnx");
  ASSERT_TRUE(backend) << to_string(backend.error());
  const Sequences sequences = {{7, 9}, {8, 1}};
  EXPECT_EQ(rows_of(**backend, sequences), GetParam().rows);
  for (std::size_t at = 0; at < sequences.size(); ++at) {
    EXPECT_EQ(rows_of(**backend, {sequences[at]}), Rows{GetParam().rows[at]});
  }
  const auto& info = (*backend)->info();
  EXPECT_EQ(info.hidden_size, GetParam().graph.inputs.size());
  EXPECT_EQ(info.pooled_output,
            GetParam().graph.outputs.front().name == "sentence_embedding" && GetParam().graph.outputs.size() == 1);
  EXPECT_EQ(info.name, "onnx");
  EXPECT_EQ(info.device, "cpu");
  EXPECT_EQ(info.device_reason, "device cpu was asked for");
  EXPECT_THAT(info.runtime, HasSubstr("ONNX Runtime 1."));
  EXPECT_THAT(info.execution, ::testing::MatchesRegex("CPUExecutionProvider [0-9]+ of [0-9]+ nodes"));
}

INSTANTIATE_TEST_SUITE_P(Graphs, TakenGraph, ::testing::ValuesIn(kTaken),
                         [](const auto& taken) { return taken.param.name; });

TEST(GraphOnItsOwn, OfUnequalLengthsIsFedOneByOne) {
  const test::TemporaryFolder folder;
  write_probe_graph(folder.path() / "graph.onnx", {.inputs = {"input_ids", "position_ids"}});
  const auto backend = open(folder.path() / "graph.onnx");
  ASSERT_TRUE(backend) << to_string(backend.error());
  EXPECT_EQ(rows_of(**backend, {{5}, {6, 7, 8}, {9}}), (Rows{{5, 0}, {6, 0, 7, 1, 8, 2}, {9, 0}}));
}

struct Refused {
  std::string name;
  ProbeGraph graph;
  std::string message;
};

void PrintTo(const Refused& refused, std::ostream* out) { *out << refused.name; }

const std::vector<Refused> kRefused = {
    {"UnknownInput",
     {.inputs = {"input_ids", "pixel_values"}},
     "the input pixel_values is not known; it has the inputs input_ids, pixel_values and the outputs "
     "last_hidden_state"},
    {"NoIds", {.inputs = {"attention_mask"}}, "it has no input input_ids; it has the inputs attention_mask"},
    {"FloatInput", {.input_type = Type::float32}, "the input input_ids is not of int64 or int32"},
    {"UnknownOutputs",
     {.outputs = {{"logits"}, {"scores", 2}}},
     "none of the outputs last_hidden_state, token_embeddings, sentence_embedding; it has the inputs input_ids and "
     "the outputs logits, scores"},
    {"DoubleOutput",
     {.outputs = {{"last_hidden_state", 3, Type::float64}}},
     "the output last_hidden_state is not float32 or float16 with 3 dimensions"},
    {"PooledHiddenState",
     {.outputs = {{"last_hidden_state", 2}}},
     "the output last_hidden_state is not float32 or float16 with 3 dimensions"},
    {"SentenceOfTokens",
     {.outputs = {{"sentence_embedding", 3}}},
     "the output sentence_embedding is not float32 or float16 with 2 dimensions"},
};

class RefusedGraph : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedGraph, IsUnsupportedAndListsWhatItHas) {
  const test::TemporaryFolder folder;
  write_probe_graph(folder.path() / "graph.onnx", GetParam().graph);
  const auto backend = open(folder.path() / "graph.onnx");
  ASSERT_FALSE(backend);
  EXPECT_EQ(backend.error().code, ErrorCode::unsupported);
  EXPECT_THAT(backend.error().message, HasSubstr("the ONNX graph is no text encoder: "));
  EXPECT_THAT(backend.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(Graphs, RefusedGraph, ::testing::ValuesIn(kRefused),
                         [](const auto& refused) { return refused.param.name; });

struct Fixed {
  std::vector<std::int64_t> sizes;
  std::string message;
};

TEST(FixedSizes, AreUnsupportedAndNamed) {
  for (const auto& [sizes, message] : {Fixed{{4, -1}, "input_ids has the fixed size 4 x d1: expected"},
                                       Fixed{{1, 8}, "input_ids has the fixed size 1 x 8: expected"},
                                       Fixed{{-1, 8}, "input_ids has the fixed size d0 x 8: expected"}}) {
    const test::TemporaryFolder folder;
    write_probe_graph(folder.path() / "graph.onnx", {.sizes = sizes});
    const auto backend = open(folder.path() / "graph.onnx");
    ASSERT_FALSE(backend) << message;
    EXPECT_EQ(backend.error().code, ErrorCode::unsupported) << to_string(backend.error());
    EXPECT_THAT(backend.error().message, HasSubstr(message));
  }
}

struct OtherShape {
  ProbeGraph::Shape shape;
  std::string found;
};

TEST(OutputShape, MustBeTheInputs) {
  for (const auto& [shape, found] :
       {OtherShape{ProbeGraph::Shape::transposed, "2 x 1 x 1"}, OtherShape{ProbeGraph::Shape::cut, "1 x 1 x 1"}}) {
    const test::TemporaryFolder folder;
    write_probe_graph(folder.path() / "graph.onnx", {.shape = shape});
    const auto backend = open(folder.path() / "graph.onnx");
    ASSERT_FALSE(backend) << found;
    EXPECT_EQ(backend.error().code, ErrorCode::data_corrupt) << to_string(backend.error());
    EXPECT_FALSE(backend.error().input_index);
    EXPECT_EQ(backend.error().message,
              "graph.onnx: last_hidden_state: expected the shape 1 x 2 x the hidden size, found " + found);
  }
}

class Ignored final : public RowSink {
 public:
  void rows(std::size_t, std::size_t, std::span<const float>) override {}
};

TEST(GraphThatFails, IsNamedWithoutPlacesInOnnxRuntimesSources) {
  const test::TemporaryFolder folder;
  write_probe_graph(folder.path() / "graph.onnx", {.vocabulary_size = 10});
  const auto backend = open(folder.path() / "graph.onnx");
  ASSERT_TRUE(backend) << to_string(backend.error());
  EXPECT_EQ(rows_of(**backend, {{7, 9}}), (Rows{{7, 9}}));
  const std::vector<std::uint32_t> ids = {7, 10};
  const std::vector<std::uint32_t> offsets = {0, 2};
  Ignored sink;
  const auto outcome = (*backend)->forward({ids, offsets}, Cores::one, sink);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::data_corrupt);
  EXPECT_TRUE(outcome.error().input_index);
  EXPECT_EQ(outcome.error().message, "graph.onnx: ONNX Runtime failed to run the graph");
  EXPECT_THAT(outcome.error().detail, HasSubstr("Gather"));
  EXPECT_THAT(outcome.error().detail, HasSubstr("idx=10"));
  for (const auto* const noise : {".cc:", "::", "\n"}) EXPECT_THAT(outcome.error().detail, Not(HasSubstr(noise)));
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
