// open() on the real default model and on copies of it that are damaged: what it takes, what it refuses, and
// with which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/tokenizer.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>

#include "golden_data.hpp"
#include "graph/convert.hpp"
#include "hub/cache_folders.hpp"
#include "hub/model_store.hpp"
#include "model/model.hpp"
#include "support/temporary_folder.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;
using test::golden;
using test::largest_difference;
using ::testing::HasSubstr;

constexpr auto kModel = "sentence-transformers/all-MiniLM-L6-v2";

fs::path default_model() {
  const auto located = hub::locate(kModel, "main", hub::cache_folders());
  if (located) return located->folder;
  ADD_FAILURE() << to_string(located.error());
  std::exit(EXIT_FAILURE);
}

void write(const fs::path& file, const std::string& content) {
  fs::remove(file);  // it may be a link to the real one
  std::ofstream(file, std::ios::binary) << content;
}

// A folder of the test's own with a copy of the default model, made of links, in "model".
class Open : public ::testing::Test {
 protected:
  Open() {
    for (const auto& entry : fs::recursive_directory_iterator(default_model())) {
      if (!entry.is_regular_file()) continue;  // follows the links of the hub's cache
      const auto link = model() / fs::relative(entry.path(), default_model());
      fs::create_directories(link.parent_path());
      fs::create_symlink(entry.path(), link);
    }
  }

  [[nodiscard]] fs::path model() const { return folder_.path() / "model"; }

  [[nodiscard]] ProviderOptions options() const {
    return {.model = model().string(), .cache = folder_.path() / "cache"};
  }

  test::TemporaryFolder folder_;
};

void expect_open_error(const ProviderOptions& options, ErrorCode code, const std::string& part) {
  const auto opened = open(options);
  ASSERT_FALSE(opened) << "expected an error: " << part;
  EXPECT_EQ(opened.error().code, code) << to_string(opened.error());
  EXPECT_THAT(opened.error().message, HasSubstr(part));
}

float bound(const EmbeddingProvider& provider) {
  return test::largest_difference_of(provider.model_info()->matmul_precision);
}

void expect_hello_world(EmbeddingProvider& provider, Normalize normalize = Normalize::model) {
  const auto response = provider.embed_batch({.inputs = {"hello world"}, .normalize = normalize});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_LE(largest_difference(response->embeddings.row(0), golden("hello world").vector), bound(provider));
}

TEST_F(Open, TakesAModelFolder) {
  const auto opened = open(options());
  ASSERT_TRUE(opened) << to_string(opened.error());
  expect_hello_world(**opened);
  EXPECT_EQ((*opened)->model_info()->model, model().string());
}

// Without a tokenizer.json the tokenizer is built from vocab.txt and tokenizer_config.json.
TEST_F(Open, TakesAModelFolderWithAVocabularyOnly) {
  fs::remove(model() / "tokenizer.json");
  const auto opened = open(options());
  ASSERT_TRUE(opened) << to_string(opened.error());
  expect_hello_world(**opened);
}

TEST_F(Open, TakesABareOnnxFileWithATokenizer) {
  const auto folder = model::read_model_folder(default_model());
  ASSERT_TRUE(folder) << to_string(folder.error());
  const auto file = folder_.path() / "bare/encoder.onnx";
  fs::create_directories(file.parent_path());
  const auto written = graph::write_onnx(*folder, file);
  ASSERT_TRUE(written) << to_string(written.error());

  const auto tokenizer = default_model() / "tokenizer.json";
  const auto opened = open({.model = file.string(), .tokenizer = tokenizer, .cache = folder_.path() / "cache"});
  ASSERT_TRUE(opened) << to_string(opened.error());
  expect_hello_world(**opened, Normalize::yes);
  EXPECT_EQ((*opened)->model_info()->max_tokens, 256U);

  expect_open_error({.model = file.string(), .cache = folder_.path() / "cache"}, ErrorCode::not_found, "tokenizer");
}

// The native encoder needs no tokenizer for token ids, and says to a text what is wrong with it.
TEST_F(Open, LeavesTokenIdsWhereTheTokenizerIsNotKnown) {
  write(model() / "tokenizer.json", R"({"model": {"type": "Runes", "vocab": {}}})");
  auto wanted = options();
  wanted.provider = ProviderKind::onnx;
  expect_open_error(wanted, ErrorCode::unsupported, "Runes");
  wanted.provider = ProviderKind::native;
  const auto opened = open(wanted);
  ASSERT_TRUE(opened) << to_string(opened.error());
  const auto refused = (*opened)->embed_batch({.inputs = {"hello world"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_THAT(refused.error().message, HasSubstr("Runes"));
  const auto response = (*opened)->embed_batch({.inputs = {TokenIds{101, 7592, 2088, 102}}});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_LE(largest_difference(response->embeddings.row(0), golden("hello world").vector), bound(**opened));
}

struct Damage {
  std::string name;
  std::function<void(const fs::path& model)> damage;
  ErrorCode code;
  std::string part;  // of the message
};

void PrintTo(const Damage& damage, std::ostream* out) { *out << damage.name; }

std::function<void(const fs::path&)> content(const std::string& file, const std::string& text) {
  return [=](const fs::path& model) { write(model / file, text); };
}

std::function<void(const fs::path&)> missing(const std::string& file) {
  return [=](const fs::path& model) { fs::remove(model / file); };
}

void truncate_weights(const fs::path& model) {
  const auto weights = model / "model.safetensors";
  const auto size = fs::file_size(weights);
  fs::remove(weights);
  fs::copy_file(default_model() / "model.safetensors", weights);
  fs::resize_file(weights, size - 1000);
}

const std::vector<Damage> kDamages = {
    {"NoConfig", missing("config.json"), ErrorCode::not_found, "config.json"},
    {"NoWeights", missing("model.safetensors"), ErrorCode::not_found, "safetensors"},
    {"ConfigIsNoJson", content("config.json", "{\"hidden_size\": "), ErrorCode::data_corrupt, "config.json"},
    {"ConfigIsEmpty", content("config.json", ""), ErrorCode::data_corrupt, "config.json"},
    {"FieldOfTheWrongType",
     content("config.json",
             R"({"model_type": "bert", "hidden_size": "wide", "num_hidden_layers": 6, "num_attention_heads": 12,
                 "intermediate_size": 1536, "vocab_size": 30522, "max_position_embeddings": 512})"),
     ErrorCode::data_corrupt, "hidden_size"},
    {"UnknownArchitecture", content("config.json", R"({"model_type": "mamba"})"), ErrorCode::unsupported, "mamba"},
    {"UnknownModule",
     content("modules.json",
             R"([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
                                 {"idx": 1, "name": "1", "path": "1_Whirl", "type": "sentence_transformers.models.Whirl"}])"),
     ErrorCode::unsupported, "Whirl"},
    {"ModulesIsNoArray", content("modules.json", "{}"), ErrorCode::data_corrupt, "modules.json"},
    {"PoolingIsNoJson", content("1_Pooling/config.json", "mean"), ErrorCode::data_corrupt, "config.json"},
    {"TokenizerIsNoJson", content("tokenizer.json", "[1, 2"), ErrorCode::data_corrupt, "tokenizer.json"},
    {"TruncatedWeights", truncate_weights, ErrorCode::data_corrupt, "model.safetensors"},
    {"WeightsAreText", content("model.safetensors", "version https://example.org/pointer\n"), ErrorCode::data_corrupt,
     "model.safetensors"},
    {"EmptyWeights", content("model.safetensors", ""), ErrorCode::data_corrupt, "model.safetensors"},
};

class OpenDamaged : public Open, public ::testing::WithParamInterface<Damage> {};

TEST_P(OpenDamaged, IsRefusedWithFileAndField) {
  GetParam().damage(model());
  expect_open_error(options(), GetParam().code, GetParam().part);
}

INSTANTIATE_TEST_SUITE_P(Files, OpenDamaged, ::testing::ValuesIn(kDamages),
                         [](const auto& damage) { return damage.param.name; });

TEST_F(Open, RefusesWhatIsNotThere) {
  expect_open_error({.model = "nobody/no-such-model"}, ErrorCode::not_found, "nobody/no-such-model");
  expect_open_error({.model = (folder_.path() / "nowhere").string()}, ErrorCode::not_found, "");
  expect_open_error({.model = (folder_.path() / "nowhere.onnx").string()}, ErrorCode::not_found, "");
}

TEST_F(Open, RefusesAnOnnxFileThatIsNone) {
  write(folder_.path() / "broken.onnx", "this is no protobuf");
  expect_open_error(
      {.model = (folder_.path() / "broken.onnx").string(), .tokenizer = default_model() / "tokenizer.json"},
      ErrorCode::data_corrupt, "broken.onnx");
}

TEST_F(Open, RefusesADeviceThatCannotBeHad) {
  expect_open_error({.device = "toaster"}, ErrorCode::invalid_argument, "toaster");
#ifdef __linux__
  expect_open_error({.device = "coreml"}, ErrorCode::unavailable, "coreml");
  expect_open_error({.device = "directml"}, ErrorCode::unavailable, "directml");
#endif
}

TEST_F(Open, TheCpuMayBeAskedFor) {
  const auto opened = open({.device = "cpu"});
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ((*opened)->model_info()->device, "cpu");
  expect_hello_world(**opened);
}

TEST_F(Open, MaxLengthMovesTheCutWithinThePositionsOfTheModel) {
  const auto opened = open({.max_length = 8});
  ASSERT_TRUE(opened) << to_string(opened.error());
  const auto response = (*opened)->embed_batch({.inputs = {"one two three four five six seven eight nine ten"}});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(response->inputs[0], (InputReport{.tokens = 8, .truncated_tokens = 4}));
  EXPECT_TRUE(open({.max_length = 512}));
  expect_open_error({.max_length = 513}, ErrorCode::invalid_argument, "512");
}

TEST_F(Open, MaxBatchSizeBoundsARequest) {
  const auto opened = open({.max_batch_size = 2});
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_TRUE((*opened)->embed_batch({.inputs = {"one", "two"}}));
  const auto refused = (*opened)->embed_batch({.inputs = {"one", "two", "three"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("2"));
}

TEST_F(Open, AServedNameIsAnsweredBesideTheModelsOwn) {
  const auto opened = open({.served_name = "embedder"});
  ASSERT_TRUE(opened) << to_string(opened.error());
  EXPECT_EQ((*opened)->model_info()->model, "embedder");
  for (const auto* name : {"embedder", kModel, ""}) {
    EXPECT_TRUE((*opened)->embed_batch({.model = name, .inputs = {"hello"}})) << name;
  }
}

TEST_F(Open, ProvidersMayShareAnExecutor) {
  const auto executor = make_executor(1);
  const auto first = open({.executor = executor});
  auto second = open({.executor = executor});
  ASSERT_TRUE(first) << to_string(first.error());
  ASSERT_TRUE(second) << to_string(second.error());
  EXPECT_EQ((*first)->model_info()->threads, 1U);
  expect_hello_world(**second);
  second->reset();
  expect_hello_world(**first);
}

TEST_F(Open, AFullQueueRefusesARequestAndGoesOn) {
  const auto opened = open({.max_queued_sequences = 100});
  ASSERT_TRUE(opened) << to_string(opened.error());
  auto& provider = **opened;
  std::promise<bool> large_done;
  provider.embed_batch_async(
      {.inputs = std::vector<Input>(1'500, Input("full"))},
      [&](const Result<BatchEmbeddingResponse>& outcome) { large_done.set_value(bool(outcome)); });
  const auto refused = provider.embed_batch({.inputs = {"finds it full"}});
  EXPECT_TRUE(large_done.get_future().get());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::resource_exhausted) << to_string(refused.error());
  EXPECT_TRUE(provider.embed_batch({.inputs = {"finds room again"}}));
}

TEST_F(Open, TheHashProviderNeedsNoModel) {
  const auto opened = open({.provider = ProviderKind::hash, .cache = folder_.path() / "cache"});
  ASSERT_TRUE(opened) << to_string(opened.error());
  const auto response = (*opened)->embed_batch({.inputs = {"a", "b", "a"}});
  ASSERT_TRUE(response) << to_string(response.error());
  EXPECT_EQ(largest_difference(response->embeddings.row(0), response->embeddings.row(2)), 0.0F);
  EXPECT_GT(largest_difference(response->embeddings.row(0), response->embeddings.row(1)), 0.01F);
}

}  // namespace
}  // namespace akidb::embedding
