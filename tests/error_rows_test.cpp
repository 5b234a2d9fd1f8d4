// What can be wrong with a model, an engine or the place for what is derived, through the door that users have: a code
// of the table, and a sentence that says what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/open.hpp>

#include <fstream>
#include <functional>
#include <ostream>

#include "graph/convert.hpp"
#include "graph/onnx_file.hpp"
#include "model/model.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct Place {
  fs::path folder;  // of the test
  ProviderOptions options;

  [[nodiscard]] fs::path graph() const { return folder / "model/onnx/model.onnx"; }
};

struct Row {
  std::string name;
  std::function<void(Place&)> spoil;
  ErrorCode code;
  std::string part;
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string content(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// The graph, changed and written back without a check.
std::function<void(Place&)> changed(void (*change)(onnx::ModelProto&)) {
  return [change](Place& place) {
    auto model = graph::load_onnx(place.graph());
    ASSERT_TRUE(model) << to_string(model.error());
    change(*model);
    fs::remove(place.graph());
    ASSERT_TRUE(graph::save_onnx(*model, place.graph()));
  };
}

const std::vector<Row> kRows = {
    {"NoModel", [](Place& place) { place.options.model = (place.folder / "nowhere").string(); }, ErrorCode::not_found,
     "nowhere"},
    {"NoOnnxFile", [](Place& place) { place.options.model = (place.folder / "nowhere.onnx").string(); },
     ErrorCode::not_found, "there is no file nowhere.onnx"},
    {"NotOnnx", [](Place& place) { write(place.graph(), "this is no graph"); }, ErrorCode::data_corrupt,
     "model.onnx: expected an ONNX graph"},
    {"EmptyOnnx", [](Place& place) { write(place.graph(), ""); }, ErrorCode::data_corrupt,
     "model.onnx: expected an ONNX graph"},
    {"TruncatedOnnx",
     [](Place& place) {
       const auto whole = content(place.graph());
       write(place.graph(), whole.substr(0, whole.size() / 2));
     },
     ErrorCode::data_corrupt, "model.onnx"},
    {"PointerOfALargeFileStore",
     [](Place& place) { write(place.graph(), "version https://example.org/spec/v1\noid sha256:0\nsize 90\n"); },
     ErrorCode::data_corrupt, "model.onnx"},
    {"OpsetOfTheFuture", changed([](onnx::ModelProto& model) { model.mutable_opset_import(0)->set_version(99); }),
     ErrorCode::unsupported, "export the graph with an older opset"},
    {"UnknownOperator",
     changed([](onnx::ModelProto& model) { model.mutable_graph()->mutable_node(0)->set_op_type("Whirl"); }),
     ErrorCode::data_corrupt, "model.onnx is not a graph that ONNX Runtime can load"},
    {"OperatorOfAnUnknownDomain", changed([](onnx::ModelProto& model) {
       model.mutable_graph()->mutable_node(0)->set_domain("com.example");
       auto& opset = *model.add_opset_import();
       opset.set_domain("com.example");
       opset.set_version(1);
     }),
     ErrorCode::unsupported, "model.onnx needs an operator"},
    {"FileVersionOfTheFuture", changed([](onnx::ModelProto& model) { model.set_ir_version(99); }),
     ErrorCode::unsupported, "model.onnx needs an operator, an operator set or a file version"},
    {"NoExternalData", [](Place& place) { fs::remove(place.folder / "model/onnx/model.onnx.data"); },
     ErrorCode::not_found, "there is no such file beside the graph"},
    {"ShortExternalData", [](Place& place) { fs::resize_file(place.folder / "model/onnx/model.onnx.data", 100); },
     ErrorCode::data_corrupt, "but the file has 100"},
    {"ExternalDataElsewhere",
     [](Place& place) {
       const auto data = place.folder / "model/onnx/model.onnx.data";
       fs::rename(data, place.folder / "elsewhere");
       fs::create_symlink(place.folder / "elsewhere", data);
     },
     ErrorCode::data_corrupt, "it is a symbolic link that leads elsewhere"},
    {"WrongInput", changed([](onnx::ModelProto& model) {
       model.mutable_graph()->mutable_input(0)->set_name("pixel_values");
       for (auto& node : *model.mutable_graph()->mutable_node()) {
         for (auto& input : *node.mutable_input()) {
           if (input == "input_ids") input = "pixel_values";
         }
       }
     }),
     ErrorCode::unsupported, "the input pixel_values is not known"},
    {"WrongOutput", changed([](onnx::ModelProto& model) {
       for (auto& node : *model.mutable_graph()->mutable_node()) {
         for (auto& output : *node.mutable_output()) {
           if (output == "last_hidden_state") output = "logits";
         }
       }
       model.mutable_graph()->mutable_output(0)->set_name("logits");
     }),
     ErrorCode::unsupported, "none of the outputs last_hidden_state"},
    {"NoTokenizer", [](Place& place) { fs::remove(place.folder / "model/vocab.txt"); }, ErrorCode::not_found,
     "tokenizer"},
    {"UnknownDevice", [](Place& place) { place.options.device = "toaster"; }, ErrorCode::invalid_argument,
     "device: expected one of auto, cpu, cuda"},
    {"NoSuchDevice", [](Place& place) { place.options.device = "onednn"; }, ErrorCode::unavailable,
     "this ONNX Runtime has no DnnlExecutionProvider"},
    {"IdOfADeviceThatHasNone",
     [](Place& place) {
       place.options.device = "cpu";
       place.options.device_id = "1";
     },
     ErrorCode::invalid_argument, "device_id: expected none for device cpu"},
    {"CacheNotWritable",
     [](Place& place) {
       fs::remove_all(place.folder / "model/onnx");  // its weights are to be converted
       write(place.folder / "cache", "a file where the folder should be");
     },
     ErrorCode::invalid_argument, "--cache or AKIDB_EMBED_CACHE names another folder"},
};

class ErrorRow : public ::testing::TestWithParam<Row> {};

TEST_P(ErrorRow, HasItsCodeAndSaysWhatToDo) {
  const test::TemporaryFolder folder;
  test::write_tiny_bert(folder.path() / "model", {.hidden_size = 256, .layers = 2, .intermediate_size = 1024});
  const auto model = model::read_model_folder(folder.path() / "model");
  ASSERT_TRUE(model) << to_string(model.error());
  fs::create_directories(folder.path() / "model/onnx");
  ASSERT_TRUE(graph::write_onnx(*model, folder.path() / "model/onnx/model.onnx"));
  Place place{folder.path(), {}};
  place.options.model = (folder.path() / "model").string();
  place.options.cache = folder.path() / "cache";
  place.options.offline = true;
  place.options.device = "cpu";
  place.options.provider = ProviderKind::onnx;
  {
    const auto works = open(place.options);
    ASSERT_TRUE(works) << to_string(works.error());
  }
  fs::remove_all(folder.path() / "cache");
  GetParam().spoil(place);
  const auto opened = open(place.options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, GetParam().code) << to_string(opened.error());
  EXPECT_THAT(opened.error().message, HasSubstr(GetParam().part)) << to_string(opened.error());
}

INSTANTIATE_TEST_SUITE_P(Rows, ErrorRow, ::testing::ValuesIn(kRows), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace akidb::embedding
