// From a model's name to what runs: bare graphs and the files that go with them, folders with a graph of their
// own, folders that are converted once; and what open() makes of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/tokenizer.hpp>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "graph/convert.hpp"
#include "providers/model_source.hpp"
#include "support/plain_bert.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;
using providers::find_model_source;
using ::testing::HasSubstr;

class ModelSource : public ::testing::Test {
 protected:
  // A model with safetensors alone, in "model".
  explicit ModelSource(const test::TinyBert& tiny = {}) { test::write_tiny_bert(model(), tiny); }

  [[nodiscard]] fs::path path(std::string_view name) const { return folder_.path() / name; }
  [[nodiscard]] fs::path model() const { return path("model"); }

  // Options for a model below the test's folder.
  [[nodiscard]] ProviderOptions options(std::string_view name = "model") const {
    return {.model = path(name).string(), .provider = ProviderKind::onnx, .threads = 1, .cache = path("cache")};
  }

  // Writes the model's graph, and moves what a bare graph does not have out of its way.
  fs::path write_graph(std::string_view name) const {
    const auto read = model::read_model_folder(model());
    EXPECT_TRUE(read) << to_string(read.error());
    fs::create_directories(path(name).parent_path());
    const auto written = graph::write_onnx(*read, path(name));
    EXPECT_TRUE(written) << to_string(written.error());
    return path(name);
  }

  void expect_error(const ProviderOptions& wanted, ErrorCode code, const std::string& part) const {
    const auto opened = open(wanted);
    ASSERT_FALSE(opened) << "expected an error: " << part;
    EXPECT_EQ(opened.error().code, code) << to_string(opened.error());
    EXPECT_THAT(opened.error().message, HasSubstr(part));
  }

  test::TemporaryFolder folder_;
};

// The mean of the plain pass's rows, to unit length.
std::vector<double> plain_vector(const fs::path& folder, const Tokenizer& tokenizer, std::string_view text) {
  const auto model = model::read_model_folder(folder);
  const test::PlainBert bert(*model);
  std::vector<std::uint32_t> ids;
  EXPECT_TRUE(tokenizer.encode_ids(text, true, ids));
  const auto rows = bert.forward(ids);
  std::vector<double> mean(bert.hidden_size());
  for (std::size_t at = 0; at < rows.size(); ++at) mean[at % mean.size()] += rows[at];
  double squares = 0;
  for (const double value : mean) squares += value * value;
  for (double& value : mean) value /= std::sqrt(squares);
  return mean;
}

void expect_the_plain_vectors(EmbeddingProvider& provider, const fs::path& folder) {
  for (const auto* text : {"", "hello world", "The cat sat on the mat, and so did the vectors."}) {
    const auto response = provider.embed_batch({.inputs = {text}, .normalize = Normalize::yes});
    ASSERT_TRUE(response) << to_string(response.error());
    const auto expected = plain_vector(folder, *provider.tokenizer(), text);
    ASSERT_EQ(response->embeddings.dimension(), expected.size());
    for (std::size_t at = 0; at < expected.size(); ++at) {
      ASSERT_NEAR(static_cast<double>(response->embeddings.row(0)[at]), expected[at], 2e-6) << text << " at " << at;
    }
  }
}

TEST_F(ModelSource, OfAFolderGivesThePlainPassesVectors) {
  const auto provider = open(options());
  ASSERT_TRUE(provider) << to_string(provider.error());
  expect_the_plain_vectors(**provider, model());
  const auto info = (*provider)->model_info();
  EXPECT_EQ(info->model, model().string());
  EXPECT_EQ(info->dimension, 32U);
  EXPECT_EQ(info->max_tokens, 24U);
  EXPECT_EQ(info->pooling, "mean");
  EXPECT_EQ(info->architecture, "bert");
  EXPECT_TRUE(info->normalized);
}

TEST_F(ModelSource, IsConvertedOnceAndFoundAgain) {
  const auto first = find_model_source(options());
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_TRUE(fs::exists(first->graph));
  EXPECT_THAT(first->graph.string(), ::testing::StartsWith(path("cache").string()));
  EXPECT_FALSE(fs::exists(model() / "model.onnx"));
  const auto written = fs::last_write_time(first->graph);
  const auto second = find_model_source(options());
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_EQ(second->graph, first->graph);
  EXPECT_EQ(fs::last_write_time(second->graph), written);

  test::write_tiny_bert(model(), {.seed = 2});
  const auto other = find_model_source(options());
  ASSERT_TRUE(other) << to_string(other.error());
  EXPECT_NE(other->graph, first->graph);
}

class LargeModelSource : public ModelSource {
 protected:
  LargeModelSource() : ModelSource({.hidden_size = 256, .intermediate_size = 1024}) {}
};

TEST_F(LargeModelSource, SharesTheWeightsThatStandInAFile) {
  const auto source = find_model_source(options());
  ASSERT_TRUE(source) << to_string(source.error());
  EXPECT_FALSE(source->weights.tensors.empty());
  EXPECT_TRUE(fs::exists(source->weights.file));
  const auto provider = open(options());
  ASSERT_TRUE(provider) << to_string(provider.error());
  expect_the_plain_vectors(**provider, model());

  fs::resize_file(source->weights.file, fs::file_size(source->weights.file) / 2);
  const auto healed = open(options());
  ASSERT_TRUE(healed) << to_string(healed.error());
  expect_the_plain_vectors(**healed, model());
}

TEST_F(ModelSource, OfAFolderWithAGraphIsThatGraph) {
  for (const auto* name : {"model/model.onnx", "model/onnx/model.onnx"}) {
    const auto graph = write_graph(name);
    const auto source = find_model_source(options());
    ASSERT_TRUE(source) << to_string(source.error());
    EXPECT_EQ(source->graph, graph);
    EXPECT_TRUE(source->weights.tensors.empty());
    EXPECT_FALSE(fs::exists(path("cache")));
    const auto provider = open(options());
    ASSERT_TRUE(provider) << to_string(provider.error());
    expect_the_plain_vectors(**provider, model());
  }
}

TEST_F(ModelSource, OfABareGraphHasItsTokenizerBesideIt) {
  const auto graph = write_graph("bare/encoder.onnx");
  expect_error(options("bare/encoder.onnx"), ErrorCode::not_found, "tokenizer: none beside encoder.onnx");
  fs::copy_file(model() / "vocab.txt", path("bare/vocab.txt"));
  fs::copy_file(model() / "tokenizer_config.json", path("bare/tokenizer_config.json"));
  const auto provider = open(options("bare/encoder.onnx"));
  ASSERT_TRUE(provider) << to_string(provider.error());
  expect_the_plain_vectors(**provider, model());
  EXPECT_EQ((*provider)->model_info()->model, graph.string());
  EXPECT_TRUE((*provider)->model_info()->normalized);
}

TEST_F(ModelSource, OfABareGraphTakesTheTokenizerOfTheOptions) {
  write_graph("bare/encoder.onnx");
  auto wanted = options("bare/encoder.onnx");
  wanted.tokenizer = model();
  const auto provider = open(wanted);
  ASSERT_TRUE(provider) << to_string(provider.error());
  expect_the_plain_vectors(**provider, model());
  wanted.tokenizer = path("nowhere");
  expect_error(wanted, ErrorCode::not_found, "nowhere");
}

// A model that pools its first token must not fall to the mean of its tokens.
TEST_F(ModelSource, OfABareGraphTakesTheModelWhoseTokenizerIsNamed) {
  write_graph("bare/encoder.onnx");
  auto wanted = options("bare/encoder.onnx");
  for (const auto& tokenizer : {model(), model() / "tokenizer.json"}) {
    std::ofstream(model() / "tokenizer.json", std::ios::app).flush();
    wanted.tokenizer = tokenizer;
    const auto source = find_model_source(wanted);
    ASSERT_TRUE(source) << to_string(source.error());
    EXPECT_EQ(source->model.max_tokens, 24U);
    EXPECT_EQ(source->graph, path("bare/encoder.onnx"));
  }
}

// As on the hub: onnx/model_quantized.onnx and the like, with the configuration above.
TEST_F(ModelSource, OfAGraphInTheFolderOnnxHasItsFilesAbove) {
  write_graph("model/onnx/model_other.onnx");
  fs::remove(model() / "model.safetensors");
  const auto source = find_model_source(options("model/onnx/model_other.onnx"));
  ASSERT_TRUE(source) << to_string(source.error());
  EXPECT_TRUE(source->model.normalize);
  EXPECT_EQ(source->model.max_tokens, 24U);
  EXPECT_EQ(source->model.tokenizer, model());
  const auto provider = open(options("model/onnx/model_other.onnx"));
  ASSERT_TRUE(provider) << to_string(provider.error());
  EXPECT_TRUE((*provider)->model_info()->normalized);

  // Without a configuration the tokenizer above still goes with it.
  for (const auto* name : {"config.json", "modules.json"}) fs::remove(model() / name);
  const auto bare = find_model_source(options("model/onnx/model_other.onnx"));
  ASSERT_TRUE(bare) << to_string(bare.error());
  EXPECT_EQ(bare->model.tokenizer, model());
  EXPECT_EQ(bare->model.max_tokens, 512U);
}

TEST_F(ModelSource, OfAGraphInAnotherFolderTakesNothingFromAbove) {
  write_graph("model/other/encoder.onnx");
  expect_error(options("model/other/encoder.onnx"), ErrorCode::not_found, "tokenizer: none beside encoder.onnx");
}

TEST_F(ModelSource, ThatIsNotThereIsNotFound) {
  for (const auto* name : {"nowhere", "nowhere.onnx", "model/encoder.onnx"}) {
    const auto source = find_model_source(options(name));
    ASSERT_FALSE(source) << name;
    EXPECT_EQ(source.error().code, ErrorCode::not_found) << to_string(source.error());
  }
  fs::remove(model() / "model.safetensors");
  expect_error(options(), ErrorCode::not_found, "no weights");
}

TEST_F(ModelSource, WithACasedTokenizerCannotBeLoweredFirst) {
  std::ofstream(model() / "sentence_bert_config.json") << R"({"max_seq_length": 24, "do_lower_case": true})";
  const auto uncased = open(options());
  EXPECT_TRUE(uncased) << to_string(uncased.error());
  std::ofstream(model() / "tokenizer_config.json") << R"({"tokenizer_class": "BertTokenizer", "do_lower_case": false})";
  expect_error(options(), ErrorCode::unsupported, "do_lower_case");
}

TEST_F(ModelSource, MaxLengthLiesWithinThePositions) {
  auto wanted = options();
  wanted.max_length = 40;
  const auto longest = open(wanted);
  ASSERT_TRUE(longest) << to_string(longest.error());
  EXPECT_EQ((*longest)->model_info()->max_tokens, 40U);
  wanted.max_length = 41;
  expect_error(wanted, ErrorCode::invalid_argument, "max_length: expected at most 40");
}

}  // namespace
}  // namespace akidb::embedding
