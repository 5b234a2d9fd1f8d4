#include "hub/file_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::hub {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Paths = std::vector<std::string>;

Repository repository(Paths paths) {
  Repository all{std::string(40, 'a'), {}};
  std::ranges::sort(paths);
  for (auto& path : paths) all.files.push_back({std::move(path), std::string(40, 'b'), 1});
  return all;
}

Paths names(const std::vector<const RepoFile*>& files) {
  Paths paths;
  for (const auto* file : files) paths.push_back(file->path);
  return paths;
}

// As sentence-transformers/all-MiniLM-L6-v2 is published.
Repository published() {
  return repository({".gitattributes",
                     "1_Pooling/config.json",
                     "README.md",
                     "config.json",
                     "config_sentence_transformers.json",
                     "data_config.json",
                     "model.safetensors",
                     "modules.json",
                     "onnx/model.onnx",
                     "onnx/model_O4.onnx",
                     "openvino/openvino_model.bin",
                     "pytorch_model.bin",
                     "rust_model.ot",
                     "sentence_bert_config.json",
                     "special_tokens_map.json",
                     "tf_model.h5",
                     "tokenizer.json",
                     "tokenizer_config.json",
                     "train_script.py",
                     "vocab.txt"});
}

TEST(SettingsFiles, AreWhatIsRead) {
  const auto all = published();
  EXPECT_THAT(names(settings_files(all, {"", {"1_Pooling", "2_Normalize"}})),
              testing::UnorderedElementsAre("modules.json", "config.json", "config_sentence_transformers.json",
                                            "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json",
                                            "special_tokens_map.json", "vocab.txt", "1_Pooling/config.json"));
}

TEST(SettingsFiles, AreThoseOfTheModulesToo) {
  const auto all = repository({"0_Transformer/config.json", "0_Transformer/vocab.txt", "2_Dense/config.json",
                               "2_Dense/model.safetensors", "2_Dense/pytorch_model.bin", "modules.json"});
  EXPECT_THAT(names(settings_files(all, {"0_Transformer", {"1_Pooling", "2_Dense"}})),
              ElementsAre("modules.json", "0_Transformer/config.json", "0_Transformer/vocab.txt", "2_Dense/config.json",
                          "2_Dense/model.safetensors"));
}

TEST(ModuleFolders, StayInTheRepository) {
  const auto folders = read_module_folders(R"([{"path":""},{"path":"1_Pooling"},{"path":""}])");
  ASSERT_TRUE(folders);
  EXPECT_EQ(folders->transformer, "");
  EXPECT_THAT(folders->others, ElementsAre("1_Pooling"));
  for (const char* json :
       {"{}", "[", R"([{"path":"../x"}])", R"([{"path":"/x"}])", R"([{"path":1}])", R"([{"path":"a\u0000"}])"}) {
    const auto refused = read_module_folders(json);
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().code, ErrorCode::data_corrupt) << json;
  }
}

struct Case {
  Repository files;
  const char* transformer;
  WeightsType type;
  const char* wanted;
  bool only_onnx;
  bool knows;
  const char* main;  // null: an error
  const char* reason;
};

TEST(Weights, AreOfOneForm) {
  constexpr auto kAny = WeightsType::automatic;
  const std::vector<Case> cases = {
      {published(), "", kAny, "", false, true, "model.safetensors", "safetensors"},
      {published(), "", kAny, "", false, false, "onnx/model.onnx", "architecture"},
      {published(), "", WeightsType::fp16, "", false, true, "onnx/model_O4.onnx", "fp16"},
      {published(), "", kAny, "model_O4", false, true, "onnx/model_O4.onnx", "asked for"},
      {published(), "", kAny, "", true, true, "onnx/model.onnx", "plain"},
      {published(), "", WeightsType::int8, "", false, true, nullptr, "int8"},
      {repository({"model.onnx"}), "", kAny, "", false, true, "model.onnx", "no safetensors"},
      {repository({"t/model.safetensors"}), "t", kAny, "", false, true, "t/model.safetensors", ""},
      {repository({"model.safetensors.index.json"}), "", kAny, "", false, true, "model.safetensors.index.json", ""},
      {repository({"model.safetensors"}), "", kAny, "", false, false, "model.safetensors", "no ONNX file"},
      {repository({"pytorch_model.bin"}), "", kAny, "", false, true, nullptr, "pytorch_model.bin is never read"},
      {repository({"onnx/a.onnx", "onnx/b.onnx"}), "", kAny, "", false, true, nullptr, "--onnx-file"},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& row = cases[i];
    const auto choice =
        choose_weights(row.files, {row.transformer, {}}, {{row.type, row.wanted}, row.only_onnx, false, row.knows}, {});
    ASSERT_EQ(choice.has_value(), row.main != nullptr) << i;
    EXPECT_THAT(choice ? choice->reason : choice.error().message, HasSubstr(row.reason)) << i;
    if (choice) {
      EXPECT_EQ(choice->main->path, row.main) << i;
    }
  }
}

TEST(Weights, OfTheNativeProviderAreSafetensors) {
  const WeightsWish wish{{WeightsType::int8, {}}, false, true, true};
  EXPECT_EQ(choose_weights(published(), {}, wish, {})->main->path, "model.safetensors");
  EXPECT_EQ(choose_weights(repository({"model.onnx"}), {}, wish, {}).error().code, ErrorCode::not_found);
  auto unknown = wish;
  unknown.runs_from_safetensors = false;
  EXPECT_EQ(choose_weights(published(), {}, unknown, {}).error().code, ErrorCode::unsupported);
}

TEST(ExternalData, IsWhereTheGraphSays) {
  const auto all = repository({"onnx/w.bin", "onnx/sub/w.bin", "w.bin"});
  EXPECT_THAT(names(*external_data({"w.bin", "./w.bin", "sub/w.bin"}, "onnx/model.onnx", all)),
              ElementsAre("onnx/w.bin", "onnx/sub/w.bin"));
  EXPECT_THAT(names(*external_data({"w.bin"}, "model.onnx", all)), ElementsAre("w.bin"));
  EXPECT_THAT(names(*external_data({}, "model.onnx", all)), ElementsAre());
  for (const char* location : {"", "../w.bin", "/w.bin", "absent", "sub"}) {
    const auto refused = external_data({location}, "onnx/model.onnx", all);
    ASSERT_FALSE(refused) << location;
    EXPECT_EQ(refused.error().code, ErrorCode::data_corrupt) << location;
    EXPECT_THAT(refused.error().message, HasSubstr("onnx/model.onnx"));
  }
}

TEST(Shards, AreTheIndexesFiles) {
  const auto all = repository({"a-1.safetensors", "a-2.safetensors", "m/a-1.safetensors", "evil.bin"});
  const auto shards = read_shards(
      R"({"weight_map":{"x":"a-2.safetensors","y":"a-1.safetensors","z":"a-1.safetensors"}})", "index.json", all);
  ASSERT_TRUE(shards) << to_string(shards.error());
  EXPECT_THAT(names(*shards), ElementsAre("a-1.safetensors", "a-2.safetensors"));
  EXPECT_THAT(names(*read_shards(R"({"weight_map":{"x":"a-1.safetensors"}})", "m/index.json", all)),
              ElementsAre("m/a-1.safetensors"));
  for (const char* json : {"{}", R"({"weight_map":{"x":"b.safetensors"}})", R"({"weight_map":{"x":"evil.bin"}})",
                           R"({"weight_map":{"x":"../a-1.safetensors"}})", R"({"weight_map":{"x":1}})"}) {
    const auto refused = read_shards(json, "index.json", all);
    ASSERT_FALSE(refused) << json;
    EXPECT_EQ(refused.error().code, ErrorCode::data_corrupt) << json;
  }
}

}  // namespace
}  // namespace akidb::embedding::hub
