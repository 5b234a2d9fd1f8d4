#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "hub/model_store.hpp"
#include "model/model.hpp"
#include "model/tensor_values.hpp"
#include "model/weights.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::model {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using test::TinyBert;
using testing::HasSubstr;

class Folder : public testing::Test {
 protected:
  void SetUp() override { test::write_tiny_bert(folder_.path()); }

  Result<ModelFolder> read() const { return read_model_folder(folder_.path()); }

  // The error of a folder in which `file` has this content; "-" for none.
  Error error_with(const std::string& file, const std::string& content) const {
    if (content == "-") {
      fs::remove(folder_.path() / file);
    } else {
      folder_.write(file, content);
    }
    const auto model = read();
    EXPECT_FALSE(model) << file << ": " << content;
    return model ? Error() : model.error();
  }

  TemporaryFolder folder_;
};

TEST_F(Folder, IsReadWhole) {
  folder_.write("config_sentence_transformers.json",
                R"({"prompts": {"query": "q: "}, "default_prompt_name": "query"})");
  const auto model = read();
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(model->encoder->architecture, "bert");
  EXPECT_EQ(model->encoder->hidden_size, 32U);
  EXPECT_EQ(model->pooling->modes, std::vector{PoolingMode::mean});
  EXPECT_TRUE(model->normalize);
  EXPECT_EQ(model->max_tokens, 24U);
  EXPECT_FALSE(model->lower_case);
  EXPECT_EQ(model->prompts.by_name.at("query"), "q: ");
  EXPECT_EQ(model->prompts.default_name, "query");
  EXPECT_EQ(model->tokenizer, folder_.path());
  EXPECT_FALSE(model->onnx);
  EXPECT_EQ(model->safetensors.files, std::vector{folder_.path() / "model.safetensors"});
  EXPECT_EQ(model->dimension(), 32U);
}

TEST_F(Folder, WithoutModulesIsAPlainTransformer) {
  fs::remove(folder_.path() / "modules.json");
  const auto model = read();
  ASSERT_TRUE(model);
  EXPECT_EQ(model->pooling->modes, std::vector{PoolingMode::mean});
  EXPECT_FALSE(model->normalize);
}

TEST_F(Folder, ModesConcatenateToALargerDimension) {
  folder_.write("1_Pooling/config.json", R"({"pooling_mode": ["cls", "mean"]})");
  EXPECT_EQ(read()->dimension(), 64U);
}

TEST_F(Folder, TheLongestInputComesFromThreeFiles) {
  const auto max_tokens = [&](const std::string& settings, const std::string& tokenizer) {
    folder_.write("sentence_bert_config.json", settings);
    folder_.write("tokenizer_config.json", tokenizer);
    return read()->max_tokens;
  };
  EXPECT_EQ(max_tokens(R"({"max_seq_length": 10})", R"({"model_max_length": 20})"), 10U);
  EXPECT_EQ(max_tokens(R"({"max_seq_length": null})", R"({"model_max_length": 20})"), 20U);
  EXPECT_EQ(max_tokens("{}", R"({"model_max_length": 1000000000000000019884624838656})"), 40U);
  EXPECT_EQ(max_tokens(R"({"max_seq_length": 1000})", "{}"), 40U);
  fs::remove(folder_.path() / "sentence_bert_config.json");
  fs::remove(folder_.path() / "tokenizer_config.json");
  EXPECT_EQ(read()->max_tokens, 40U);
}

TEST_F(Folder, OlderNamesOfTheSettingsAreRead) {
  fs::remove(folder_.path() / "sentence_bert_config.json");
  folder_.write("sentence_roberta_config.json", R"({"max_seq_length": 7, "do_lower_case": true})");
  EXPECT_EQ(read()->max_tokens, 7U);
  EXPECT_TRUE(read()->lower_case);
}

TEST_F(Folder, TheTransformerMayLieInAFolderOfItsOwn) {
  const fs::path inner = folder_.path() / "0_Transformer";
  fs::create_directory(inner);
  for (const char* name : {"config.json", "model.safetensors", "vocab.txt", "sentence_bert_config.json"}) {
    fs::rename(folder_.path() / name, inner / name);
  }
  folder_.write("modules.json",
                R"([{"path": "0_Transformer", "type": "sentence_transformers.models.Transformer"},
                    {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])");
  const auto model = read();
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(model->safetensors.files, std::vector{inner / "model.safetensors"});
  EXPECT_EQ(model->tokenizer, inner);
  EXPECT_EQ(model->max_tokens, 24U);
}

TEST_F(Folder, AGraphIsFoundAndNeedsNoDescription) {
  folder_.write("model.onnx", "x");
  EXPECT_EQ(read()->onnx, folder_.path() / "model.onnx");
  folder_.write("onnx/model.onnx", "x");
  EXPECT_EQ(read()->onnx, folder_.path() / "onnx/model.onnx");
  fs::remove(folder_.path() / "model.safetensors");
  folder_.write("config.json", R"({"model_type": "mamba"})");
  const auto model = read();
  ASSERT_TRUE(model);
  EXPECT_FALSE(model->encoder);
  EXPECT_EQ(model->dimension(), 0U);
  EXPECT_EQ(model->max_tokens, 24U);
}

TEST_F(Folder, MissingPartsAreNotFound) {
  EXPECT_EQ(read_model_folder("/nonexistent").error().code, ErrorCode::not_found);
  EXPECT_EQ(error_with("1_Pooling/config.json", "-").code, ErrorCode::not_found);
  test::write_tiny_bert(folder_.path());
  EXPECT_EQ(error_with("config.json", "-").code, ErrorCode::not_found);
  test::write_tiny_bert(folder_.path());
  folder_.write("pytorch_model.bin", "x");
  const Error error = error_with("model.safetensors", "-");
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_THAT(error.message, HasSubstr("expected model.safetensors"));
  EXPECT_THAT(error.message, HasSubstr("pytorch_model.bin is never read"));
}

TEST_F(Folder, MalformedFilesAreNamed) {
  for (const char* file : {"config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
                           "tokenizer_config.json", "config_sentence_transformers.json"}) {
    for (const char* content : {"", "{", "3", "\"x\"", "{\"a\":\xFF}", "{} {}"}) {
      const Error error = error_with(file, content);
      EXPECT_EQ(error.code, ErrorCode::data_corrupt) << file << " " << content;
      EXPECT_THAT(error.message, HasSubstr(file)) << content;
      EXPECT_THAT(error.detail, HasSubstr(folder_.path().string())) << file << " " << content;
    }
    test::write_tiny_bert(folder_.path());
    folder_.write("config_sentence_transformers.json", "{}");
  }
}

TEST_F(Folder, HugeFilesAndOtherKindsAreRefused) {
  EXPECT_EQ(error_with("config.json", std::string(4'000'001, ' ')).code, ErrorCode::data_corrupt);
  fs::remove(folder_.path() / "config.json");
  fs::create_directory(folder_.path() / "config.json");
  EXPECT_EQ(read().error().code, ErrorCode::data_corrupt);
}

TEST(ShardedFolder, TensorsAreFoundOverFiles) {
  const TemporaryFolder folder;
  TinyBert tiny;
  tiny.shards = 3;
  test::write_tiny_bert(folder.path(), tiny);
  const auto model = read_model_folder(folder.path());
  ASSERT_TRUE(model) << to_string(model.error());
  EXPECT_EQ(model->safetensors.files.size(), 3U);
  const auto weights = Weights::open(model->safetensors);
  ASSERT_TRUE(weights);
  const auto tensors = test::tiny_bert_tensors(tiny);
  EXPECT_GT(tensors.size(), 30U);
  for (const auto& [name, expected] : tensors) {
    const auto tensor = weights->get(name, expected.shape);
    ASSERT_TRUE(tensor) << tensor.error().message;
    std::vector<float> values(expected.values.size());
    ASSERT_TRUE(read_float32(*tensor, 0, values));
    EXPECT_EQ(values, expected.values) << name;
  }
  EXPECT_FALSE(weights->find("nothing"));
}

TEST(ShardedFolder, BadIndexesAreNamed) {
  const TemporaryFolder folder;
  test::write_tiny_bert(folder.path());
  fs::remove(folder.path() / "model.safetensors");
  for (const auto& [content, message] :
       {std::pair("{}", "weight_map"), std::pair(R"({"weight_map": []})", "weight_map: expected an object"),
        std::pair(R"({"weight_map": {}})", "weight_map: expected at least one"),
        std::pair(R"({"weight_map": {"a": 1}})", "weight_map.a"),
        std::pair(R"({"weight_map": {"a": ""}})", "weight_map.a: expected a file name"),
        std::pair(R"({"weight_map": {"a": ".."}})", "weight_map.a: expected a file name"),
        std::pair(R"({"weight_map": {"a": "../b.safetensors"}})", "weight_map.a: expected a file name"),
        std::pair(R"({"weight_map": {"a": "/etc/passwd"}})", "weight_map.a: expected a file name")}) {
    folder.write("model.safetensors.index.json", content);
    const auto model = read_model_folder(folder.path());
    ASSERT_FALSE(model) << content;
    EXPECT_EQ(model.error().code, ErrorCode::data_corrupt);
    EXPECT_THAT(model.error().message, HasSubstr("model.safetensors.index.json: "));
    EXPECT_THAT(model.error().message, HasSubstr(message));
  }
}

TEST(Weights, NameWhatIsMissingMisshapenOrDoubled) {
  const TemporaryFolder folder;
  const auto one = folder.write("one.safetensors", test::safetensors_bytes({{"a", {{2, 3}, {1, 2, 3, 4, 5, 6}}}}));
  const auto two = folder.write("two.safetensors", test::safetensors_bytes({{"a", {{1}, {1}}}}));
  const auto weights = Weights::open({.files = {one}});
  ASSERT_TRUE(weights);
  const std::vector<std::uint64_t> shape = {3, 2};
  EXPECT_EQ(weights->get("b", shape).error().message, "one.safetensors: tensor \"b\" is missing");
  EXPECT_EQ(weights->get("a", shape).error().message,
            "one.safetensors: tensor \"a\": expected shape 3 x 2, found 2 x 3");
  const auto both = Weights::open({.files = {one, two}});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error().code, ErrorCode::data_corrupt);
  EXPECT_THAT(both.error().message, HasSubstr("two.safetensors: tensor \"a\": another file has it too"));
  EXPECT_FALSE(Weights::open({.files = {folder.path() / "three.safetensors"}}));
}

TEST(Weights, LieInTheFilesThatTheIndexNames) {
  const TemporaryFolder folder;
  folder.write("one.safetensors", test::safetensors_bytes({{"a", {{1}, {1}}}, {"unlisted", {{1}, {1}}}}));
  folder.write("two.safetensors", test::safetensors_bytes({{"b", {{1}, {1}}}}));
  const auto open = [&](const std::string& map) {
    const auto index = folder.write("model.safetensors.index.json", "{\"weight_map\": " + map + "}");
    return read_shard_index(index).and_then(Weights::open);
  };
  EXPECT_TRUE(open(R"({"a": "one.safetensors", "b": "two.safetensors"})"));
  for (const auto& [map, message] : {
           std::pair(R"({"a": "two.safetensors", "b": "one.safetensors"})",
                     "tensor \"a\": expected in two.safetensors, found in one.safetensors"),
           std::pair(R"({"a": "one.safetensors", "b": "two.safetensors", "c": "two.safetensors"})",
                     "tensor \"c\": expected in two.safetensors, found in no file"),
           std::pair(R"({"a": "one.safetensors", "b": "two.safetensors", "a": "two.safetensors"})",
                     "weight_map.a: the name comes twice"),
       }) {
    const auto weights = open(map);
    ASSERT_FALSE(weights) << map;
    EXPECT_EQ(weights.error().code, ErrorCode::data_corrupt);
    EXPECT_EQ(weights.error().message, std::string("model.safetensors.index.json: ") + message);
  }
}

}  // namespace
}  // namespace akidb::embedding::model
