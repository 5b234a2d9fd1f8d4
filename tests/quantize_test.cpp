// Graphs of fewer bits: small ones value by value, and through the door that users have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/quantize.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <ostream>

#include "graph/column_factors.hpp"
#include "graph/int8_weights.hpp"
#include "graph/onnx_file.hpp"
#include "graph/quantize.hpp"
#include "model/onnx_facts.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Int8Weights, HaveAScaleForEachColumnRowOrAll) {
  const std::vector<float> values = {1, -10, 0, 0.5F, 5, 0};  // 2 x 3
  const auto columns = graph::to_int8(values, 2, 3, graph::ScaleOf::column, 127);
  EXPECT_THAT(columns.values, ElementsAre(127, -127, 0, 64, 64, 0));
  EXPECT_THAT(columns.scales, ElementsAre(1.0F / 127, 10.0F / 127, 1.0F));
  const auto rows = graph::to_int8(values, 2, 3, graph::ScaleOf::row, 127);
  EXPECT_THAT(rows.values, ElementsAre(13, -127, 0, 13, 127, 0));
  const auto all = graph::to_int8(values, 2, 3, graph::ScaleOf::matrix, 63);
  EXPECT_THAT(all.values, ElementsAre(6, -63, 0, 3, ::testing::AnyOf(31, 32), 0));
  EXPECT_THAT(all.scales, ElementsAre(10.0F / 63));
}

TEST(Uint8Scale, HoldsZeroExactly) {
  const auto both = graph::uint8_scale(-1, 3);
  EXPECT_NEAR(both.scale, 4.0 / 255, 1e-9);
  EXPECT_EQ(both.zero_point, 64);
  EXPECT_EQ(graph::uint8_scale(1, 3).zero_point, 0);
  EXPECT_EQ(graph::uint8_scale(-3, -1).zero_point, 255);
  EXPECT_EQ(graph::uint8_scale(0, 0).scale, 1);
  EXPECT_EQ(graph::uint8_scale(NAN, NAN).scale, 1);
}

// x of 3 columns, times w of 3 x 2.
graph::ColumnFactors factors_of(const std::vector<std::string>& inputs, const graph::Ranges& ranges) {
  onnx::GraphProto graph;
  auto& weight = *graph.add_initializer();
  weight.set_name("w");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  weight.add_dims(3);
  weight.add_dims(2);
  for (const float value : {1.0F, -4.0F, 1.0F, 0.5F, 0.0F, 0.0F}) weight.add_float_data(value);
  for (const auto& input : inputs) {
    auto& node = *graph.add_node();
    node.set_op_type("MatMul");
    node.add_input(input);
    node.add_input("w");
    node.add_output("y of " + input);
  }
  return graph::column_factors(graph, graph::initializers_of(graph), ranges);
}

TEST(ColumnFactors, MakeLargeColumnsSmaller) {
  const auto factors = factors_of({"x"}, {{"x", {{-100, 0, -2}, {1, 2, 2}}}});
  ASSERT_EQ(factors.count("x"), 1U);
  const auto& of_x = factors.at("x");
  EXPECT_NEAR(of_x[0], std::pow(4, 0.3) / std::pow(100, 0.7), 1e-6);
  EXPECT_NEAR(of_x[1], 1 / std::pow(2, 0.7), 1e-6);
  EXPECT_GT(of_x[2], 0);  // weights of 0
}

TEST(ColumnFactors, AreForWhatWasCalibratedAndHasItsWeightsAlone) {
  EXPECT_TRUE(factors_of({"x"}, {}).empty());
  EXPECT_TRUE(factors_of({"x"}, {{"x", {{0, 0}, {1, 1}}}}).empty());  // another number of columns
  EXPECT_EQ(factors_of({"x", "x"}, {{"x", {{0, 0, 0}, {1, 1, 1}}}}).size(), 1U);
  const graph::Range range = {{0, 0, 0}, {1, 1, 1}};
  EXPECT_TRUE(factors_of({"x", "z"}, {{"x", range}, {"z", range}}).empty());
}

class Quantize : public ::testing::Test {
 protected:
  Quantize() { test::write_tiny_bert(model(), {.hidden_size = 64, .layers = 2, .intermediate_size = 256}); }

  [[nodiscard]] fs::path model() const { return folder_.path() / "model"; }

  [[nodiscard]] QuantizeOptions options(Quantization to) const {
    QuantizeOptions options;
    options.model = model().string();
    options.to = to;
    options.output = folder_.path() / "out.onnx";
    options.cache = folder_.path() / "cache";
    options.texts = {"a b c", "the cat", "x y z 1 2 3", "d", "e f", "hello", "q w e r t y", "1", "2 3", "a . b", "n m"};
    options.calibration = options.texts;
    return options;
  }

  [[nodiscard]] ProviderOptions provider(Dtype dtype, const fs::path& file = {}) const {
    ProviderOptions options;
    options.model = model().string();
    options.provider = ProviderKind::onnx;
    options.dtype = dtype;
    options.onnx_file = file.string();
    options.cache = folder_.path() / "cache";
    return options;
  }

  test::TemporaryFolder folder_;
};

struct Kind {
  std::string name;
  Quantization to;
  double least_cosine;
  double share_of_size;
  model::GraphDtype dtype;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class QuantizeTo : public Quantize, public ::testing::WithParamInterface<Kind> {};

TEST_P(QuantizeTo, StaysNearFloat32) {
  for (const bool per_channel : {true, false}) {
    for (const bool reduced : {false, true}) {
      auto asked = options(GetParam().to);
      asked.per_channel = per_channel;
      asked.reduced_range = reduced;
      asked.pairs = {{"a", "b", 1}, {"a b", "a c", 2}, {"the cat", "the cat", 5}};
      const auto report = quantize_onnx(asked);
      ASSERT_TRUE(report) << to_string(report.error());
      EXPECT_GE(report->quality.least_cosine, GetParam().least_cosine);
      EXPECT_LE(report->quality.least_cosine, report->quality.cosine_p50);
      EXPECT_EQ(report->quality.texts, 11U);
      EXPECT_TRUE(report->quality.spearman);
      EXPECT_GT(report->quality.texts_per_second, 0);
      EXPECT_EQ(report->bytes, fs::file_size(asked.output));
      EXPECT_LT(static_cast<double>(report->bytes),
                GetParam().share_of_size * static_cast<double>(report->bytes_float32));
      EXPECT_EQ(report->linear_layers, GetParam().to == Quantization::fp16 ? 0U : 12U);
      const auto facts = model::read_onnx_facts(asked.output);
      ASSERT_TRUE(facts);
      EXPECT_EQ(model::dtype_of(*facts), GetParam().dtype);
      EXPECT_TRUE(facts->external.empty());
    }
  }
}

TEST_P(QuantizeTo, GivesATextItsVectorWhateverItsNeighbours) {
  ASSERT_TRUE(quantize_onnx(options(GetParam().to)));
  const auto opened = open(provider(Dtype::automatic, folder_.path() / "out.onnx"));
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ((*opened)->model_info()->dtype, model::name_of(GetParam().dtype));
  const auto alone = (*opened)->embed_batch({.inputs = {"a b c"}});
  ASSERT_TRUE(alone) << to_string(alone.error());
  const auto among = (*opened)->embed_batch({.inputs = {"z z z", "x y w", "a b c", "1 2 3", "a b c"}});
  ASSERT_TRUE(among) << to_string(among.error());
  for (const std::size_t row : {2U, 4U}) {
    for (std::size_t i = 0; i < alone->embeddings.dimension(); ++i) {
      ASSERT_NEAR(among->embeddings.row(row)[i], static_cast<double>(alone->embeddings.row(0)[i]), 1e-6);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, QuantizeTo,
    ::testing::Values(Kind{"Fp16", Quantization::fp16, 0.9999, 0.6, model::GraphDtype::fp16},
                      Kind{"Int8", Quantization::int8_dynamic, 0.98, 0.5, model::GraphDtype::int8_dynamic},
                      Kind{"Int8Static", Quantization::int8_static, 0.98, 0.5, model::GraphDtype::int8}),
    [](const auto& kind) { return kind.param.name; });

TEST_F(Quantize, WithReducedRangeKeepsWeightsTo7Bits) {
  auto asked = options(Quantization::int8_dynamic);
  asked.reduced_range = true;
  ASSERT_TRUE(quantize_onnx(asked));
  const auto written = graph::load_onnx(asked.output);
  ASSERT_TRUE(written);
  std::size_t seen = 0;
  for (const auto& tensor : written->graph().initializer()) {
    if (tensor.data_type() != onnx::TensorProto::INT8 || tensor.name().ends_with("_rows")) continue;
    for (const char value : tensor.raw_data())
      EXPECT_LE(std::abs(static_cast<int>(static_cast<signed char>(value))), 63);
    ++seen;
  }
  EXPECT_EQ(seen, 12U);
}

TEST_F(Quantize, FailsBelowItsBounds) {
  auto asked = options(Quantization::int8_dynamic);
  asked.least_cosine = 0.9999999;
  const auto report = quantize_onnx(asked);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::data_corrupt);
  EXPECT_THAT(report.error().message, HasSubstr("the least cosine to float32: expected at least 1.000000, found 0.9"));
  EXPECT_TRUE(fs::exists(asked.output));
  asked.least_cosine = 0.9;
  asked.least_neighbor_overlap = 0.5;
  EXPECT_TRUE(quantize_onnx(asked));
}

TEST_F(Quantize, RefusesWhatIsQuantisedOrNothingToQuantise) {
  ASSERT_TRUE(quantize_onnx(options(Quantization::int8_dynamic)));
  const auto again = graph::quantize_onnx(folder_.path() / "out.onnx", folder_.path() / "again.onnx", {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::unsupported);
  EXPECT_THAT(again.error().message, HasSubstr("expected a float32 graph, out.onnx is of int8"));

  folder_.write("text.onnx", "this is no graph");
  const auto text = graph::quantize_onnx(folder_.path() / "text.onnx", folder_.path() / "x.onnx", {});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::data_corrupt);
  EXPECT_FALSE(fs::exists(folder_.path() / "x.onnx"));
}

TEST_F(Quantize, IsDoneOnceForADtype) {
  for (const auto dtype : {Dtype::int8, Dtype::fp16}) {
    ASSERT_TRUE(open(provider(dtype)));
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "cache")) files.push_back(entry.path());
    const auto opened = open(provider(dtype));
    ASSERT_TRUE(opened) << to_string(opened.error());
    EXPECT_EQ((*opened)->model_info()->dtype, dtype == Dtype::int8 ? "int8" : "fp16");
    std::vector<fs::path> after;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "cache")) after.push_back(entry.path());
    EXPECT_EQ(files, after);
  }
}

TEST_F(Quantize, OfAQuantisedGraphToAnotherTypeIsRefused) {
  ASSERT_TRUE(quantize_onnx(options(Quantization::int8_dynamic)));
  auto bare = provider(Dtype::fp16);
  bare.model = (folder_.path() / "out.onnx").string();
  bare.tokenizer = model();
  const auto opened = open(bare);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unsupported);
  EXPECT_THAT(opened.error().message, HasSubstr("dtype: expected fp16, but the graph is of int8"));
}

TEST_F(Quantize, IsRunAsAFileOfTheCallersOwn) {
  for (const auto* name : {"/nowhere.onnx", "./nowhere.onnx", "nowhere.onnx"}) {
    const auto absent = open(provider(Dtype::automatic, name));
    ASSERT_FALSE(absent) << name;
    EXPECT_EQ(absent.error().code, ErrorCode::not_found) << to_string(absent.error());
  }
}

}  // namespace
}  // namespace akidb::embedding
