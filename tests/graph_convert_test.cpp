// What write_onnx() and converted_onnx() leave on disk. What the graphs compute is graph_forward_test's.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/checker.h>
#include <onnx/onnx_pb.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <set>
#include <thread>

#include "graph/convert.hpp"
#include "graph/staging_folder.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::graph {
namespace {

namespace fs = std::filesystem;
using test::FloatTensors;
using test::TemporaryFolder;
using test::TinyBert;
using testing::ElementsAre;
using testing::HasSubstr;

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

onnx::ModelProto load(const fs::path& file) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(content_of(file))) << file;
  return model;
}

std::vector<std::string> inputs_of(const onnx::ModelProto& model) {
  std::vector<std::string> names;
  for (const auto& input : model.graph().input()) names.push_back(input.name());
  return names;
}

// A parameter's values, wherever they lie.
std::vector<float> values_of(const onnx::ModelProto& model, const fs::path& folder, const std::string& name) {
  for (const auto& tensor : model.graph().initializer()) {
    if (tensor.name() != name) continue;
    std::string bytes = tensor.raw_data();
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
      std::size_t offset = 0;
      std::size_t length = 0;
      fs::path file;
      for (const auto& entry : tensor.external_data()) {
        if (entry.key() == "offset") offset = std::stoul(entry.value());
        if (entry.key() == "length") length = std::stoul(entry.value());
        if (entry.key() == "location") file = folder / entry.value();
      }
      bytes = content_of(file).substr(offset, length);
    }
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  ADD_FAILURE() << "no parameter " << name;
  return {};
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// About 6 MB of weights: enough for a data file.
TinyBert large() {
  TinyBert tiny;
  tiny.hidden_size = 256;
  tiny.intermediate_size = 1024;
  return tiny;
}

class WriteOnnx : public testing::Test {
 protected:
  model::ModelFolder model(const TinyBert& tiny) const {
    fs::remove_all(source());
    test::write_tiny_bert(source(), tiny);
    return read();
  }

  // A tiny model whose tensors were changed.
  model::ModelFolder changed(const std::function<void(FloatTensors&)>& change) const {
    test::write_tiny_bert(source(), {});
    auto tensors = test::tiny_bert_tensors({});
    change(tensors);
    folder_.write("source/model.safetensors", test::safetensors_bytes(tensors));
    return read();
  }

  model::ModelFolder read() const {
    auto read = model::read_model_folder(source());
    EXPECT_TRUE(read) << to_string(read.error());
    return *read;
  }

  fs::path source() const { return folder_.path() / "source"; }
  fs::path out() const { return folder_.path() / "out"; }
  fs::path target() const {
    fs::create_directories(out());
    return out() / "model.onnx";
  }
  fs::path derived() const { return folder_.path() / "cache/derived"; }

  TemporaryFolder folder_;
};

TEST_F(WriteOnnx, InputsFollowTheOptions) {
  const auto tiny = model({});
  for (const bool fuse : {true, false}) {
    ASSERT_TRUE(write_onnx(tiny, target(), {.fuse_qkv = fuse}));
    EXPECT_THAT(inputs_of(load(target())), ElementsAre("input_ids", "attention_mask", "token_type_ids"));
    ASSERT_TRUE(write_onnx(tiny, target(), {.token_type_ids = false, .fuse_qkv = fuse}));
    EXPECT_THAT(inputs_of(load(target())), ElementsAre("input_ids", "attention_mask"));
    ASSERT_TRUE(write_onnx(tiny, target(), {.attention_mask = false, .token_type_ids = false, .fuse_qkv = fuse}));
    EXPECT_THAT(inputs_of(load(target())), ElementsAre("input_ids"));
    EXPECT_THAT(files_in(out()), ElementsAre("model.onnx"));
  }
}

TEST_F(WriteOnnx, IsOpset17WithOneOutputOfNamedSizes) {
  ASSERT_TRUE(write_onnx(model({}), target()));
  const auto written = load(target());
  EXPECT_EQ(written.ir_version(), 8);
  ASSERT_EQ(written.opset_import_size(), 1);
  EXPECT_EQ(written.opset_import(0).domain(), "");
  EXPECT_EQ(written.opset_import(0).version(), 17);
  ASSERT_EQ(written.graph().output_size(), 1);
  EXPECT_EQ(written.graph().output(0).name(), "last_hidden_state");
  const auto& shape = written.graph().output(0).type().tensor_type().shape();
  EXPECT_EQ(shape.dim(0).dim_param(), "batch");
  EXPECT_EQ(shape.dim(1).dim_param(), "sequence");
  EXPECT_EQ(shape.dim(2).dim_value(), 32);
  for (const auto& node : written.graph().node()) EXPECT_EQ(node.domain(), "") << node.name();
}

TEST_F(WriteOnnx, LargeWeightsGoToAnAlignedDataFile) {
  ASSERT_TRUE(write_onnx(model(large()), target()));
  EXPECT_THAT(files_in(out()), ElementsAre("model.onnx", "model.onnx.data"));
  EXPECT_LT(fs::file_size(target()), 500'000U);
  const auto written = load(target());
  const std::uint64_t data_size = fs::file_size(out() / "model.onnx.data");
  int outside = 0;
  for (const auto& tensor : written.graph().initializer()) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) continue;
    ++outside;
    std::map<std::string, std::string> entries;
    for (const auto& entry : tensor.external_data()) entries[entry.key()] = entry.value();
    EXPECT_EQ(entries["location"], "model.onnx.data");
    EXPECT_EQ(std::stoul(entries["offset"]) % 4096, 0U) << tensor.name();
    EXPECT_LE(std::stoul(entries["offset"]) + std::stoul(entries["length"]), data_size) << tensor.name();
  }
  EXPECT_GE(outside, 2 * 6 + 1);
  EXPECT_NO_THROW(onnx::checker::check_model(target().string()));
}

// Linear weights are transposed, the query is scaled, and the three stand side by side, or each alone.
TEST_F(WriteOnnx, ParametersAreTheCheckpointsRearranged) {
  const TinyBert tiny = large();
  const auto tensors = test::tiny_bert_tensors(tiny);
  ASSERT_TRUE(write_onnx(model(tiny), target(), {.fuse_qkv = true}));
  const auto written = load(target());
  EXPECT_EQ(values_of(written, out(), "embeddings.word_embeddings.weight"),
            tensors.at("embeddings.word_embeddings.weight").values);
  const std::size_t hidden = tiny.hidden_size;
  const auto fused = values_of(written, out(), "encoder.layer.1.attention.qkv.weight");
  const auto bias = values_of(written, out(), "encoder.layer.1.attention.qkv.bias");
  ASSERT_EQ(fused.size(), hidden * 3 * hidden);
  ASSERT_EQ(bias.size(), 3 * hidden);
  const float scale = 1 / std::sqrt(static_cast<float>(hidden) / static_cast<float>(tiny.heads));
  std::size_t column = 0;
  for (const std::string part : {"query", "key", "value"}) {
    const std::string name = "encoder.layer.1.attention.self." + part;
    const float factor = part == "query" ? scale : 1;
    for (std::size_t output = 0; output < hidden; ++output, ++column) {
      ASSERT_FLOAT_EQ(bias[column], tensors.at(name + ".bias").values[output] * factor);
      for (std::size_t input = 0; input < hidden; ++input) {
        ASSERT_FLOAT_EQ(fused[input * 3 * hidden + column],
                        tensors.at(name + ".weight").values[output * hidden + input] * factor);
      }
    }
  }
}

TEST_F(WriteOnnx, QueryKeyAndValueStandAloneUnlessTheyAreFused) {
  ASSERT_TRUE(write_onnx(model({}), target()));
  const auto alone = load(target());
  ASSERT_TRUE(write_onnx(model({}), target(), {.fuse_qkv = true}));
  const auto fused = values_of(load(target()), out(), "encoder.layer.0.attention.qkv.weight");
  std::size_t first = 0;
  for (const std::string part : {"query", "key", "value"}) {
    const auto weight = values_of(alone, out(), "encoder.layer.0.attention.self." + part + ".weight");
    ASSERT_EQ(weight.size(), 32U * 32U);
    for (std::size_t i = 0; i < weight.size(); ++i) ASSERT_EQ(weight[i], fused[i / 32 * 96 + first + i % 32]);
    first += 32;
  }
}

TEST_F(WriteOnnx, WithoutTypesTheFirstIsInThePositions) {
  const auto tensors = test::tiny_bert_tensors({});
  ASSERT_TRUE(write_onnx(model({}), target(), {.token_type_ids = false}));
  const auto positions = values_of(load(target()), out(), "embeddings.position_embeddings.weight");
  const auto& stored = tensors.at("embeddings.position_embeddings.weight").values;
  const auto& types = tensors.at("embeddings.token_type_embeddings.weight").values;
  ASSERT_EQ(positions.size(), stored.size());
  for (std::size_t i = 0; i < stored.size(); ++i) ASSERT_EQ(positions[i], stored[i] + types[i % 32]);
}

TEST_F(WriteOnnx, EverySpellingOfACheckpointGivesTheSameGraph) {
  ASSERT_TRUE(write_onnx(model({}), target()));
  const std::string expected = content_of(target());
  std::vector<TinyBert> spellings(5);
  spellings[0].tensor_prefix = "bert.";
  spellings[1].old_norm_names = true;
  spellings[2].pooler = false;
  spellings[3].shards = 4;
  spellings[4].tensor_prefix = "bert.";
  spellings[4].old_norm_names = true;
  for (std::size_t i = 0; i < spellings.size(); ++i) {
    ASSERT_TRUE(write_onnx(model(spellings[i]), target())) << i;
    EXPECT_EQ(content_of(target()), expected) << i;
  }
  const auto extra = changed([](FloatTensors& tensors) { tensors["cls.predictions.bias"] = {{1}, {7}}; });
  ASSERT_TRUE(write_onnx(extra, target()));
  EXPECT_EQ(content_of(target()), expected);
}

TEST_F(WriteOnnx, HalvesAreConvertedExactly) {
  const auto tensors = test::tiny_bert_tensors({});
  for (const auto dtype : {model::Dtype::f16, model::Dtype::bf16}) {
    TinyBert tiny;
    tiny.dtype = dtype;
    ASSERT_TRUE(write_onnx(model(tiny), target()));
    const auto words = values_of(load(target()), out(), "embeddings.word_embeddings.weight");
    const auto& exact = tensors.at("embeddings.word_embeddings.weight").values;
    ASSERT_EQ(words.size(), exact.size());
    for (std::size_t i = 0; i < words.size(); ++i) ASSERT_EQ(words[i], test::stored_as(exact[i], dtype));
  }
}

TEST_F(WriteOnnx, EachMissingTensorIsNamed) {
  int checked = 0;
  for (const auto& [name, tensor] : test::tiny_bert_tensors({})) {
    if (name.starts_with("pooler.")) continue;
    const auto outcome = write_onnx(changed([&](FloatTensors& tensors) { tensors.erase(name); }), target());
    ASSERT_FALSE(outcome) << name;
    EXPECT_EQ(outcome.error().code, ErrorCode::data_corrupt);
    EXPECT_EQ(outcome.error().message, "model.safetensors: tensor \"" + name + "\" is missing");
    ++checked;
  }
  EXPECT_EQ(checked, 5 + 2 * 16);
  EXPECT_THAT(files_in(out()), ElementsAre());
}

TEST_F(WriteOnnx, EachMisshapenTensorIsNamed) {
  for (const auto& [name, tensor] : test::tiny_bert_tensors({})) {
    if (name.starts_with("pooler.")) continue;
    const auto outcome = write_onnx(
        changed([&](FloatTensors& tensors) { tensors[name].shape.insert(tensors[name].shape.begin(), 1); }), target());
    ASSERT_FALSE(outcome) << name;
    EXPECT_EQ(outcome.error().code, ErrorCode::data_corrupt);
    EXPECT_THAT(outcome.error().message, HasSubstr("tensor \"" + name + "\": expected shape "));
  }
}

TEST_F(WriteOnnx, ValuesThatAreNotFiniteAreNamed) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    for (const std::string name : {"encoder.layer.1.output.dense.weight", "embeddings.LayerNorm.bias"}) {
      const auto outcome =
          write_onnx(changed([&](FloatTensors& tensors) { tensors[name].values.back() = bad; }), target());
      ASSERT_FALSE(outcome);
      EXPECT_EQ(outcome.error().code, ErrorCode::data_corrupt);
      EXPECT_EQ(outcome.error().message, "parameter \"" + name + "\" has a value that is not finite");
    }
  }
  EXPECT_THAT(files_in(out()), ElementsAre());
}

TEST_F(WriteOnnx, IntegerWeightsAreUnsupported) {
  model({});
  std::string bytes = content_of(source() / "model.safetensors");
  const auto place = bytes.find("\"F32\"");
  bytes.replace(place, 5, "\"I32\"");
  folder_.write("source/model.safetensors", bytes);
  const auto outcome = write_onnx(read(), target());
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::unsupported);
  EXPECT_THAT(outcome.error().message, HasSubstr("embeddings.LayerNorm.bias"));
}

TEST_F(WriteOnnx, AFailureLeavesTheOldGraph) {
  ASSERT_TRUE(write_onnx(model(large()), target()));
  const std::string graph = content_of(target());
  const std::string data = content_of(out() / "model.onnx.data");
  EXPECT_FALSE(write_onnx(changed([](FloatTensors& t) { t.erase("embeddings.LayerNorm.bias"); }), target()));
  EXPECT_THAT(files_in(out()), ElementsAre("model.onnx", "model.onnx.data"));
  EXPECT_EQ(content_of(target()), graph);
  EXPECT_EQ(content_of(out() / "model.onnx.data"), data);
}

TEST_F(WriteOnnx, ASmallGraphTakesTheLargeOnesDataFileAway) {
  ASSERT_TRUE(write_onnx(model(large()), target()));
  ASSERT_TRUE(write_onnx(model({}), target()));
  EXPECT_THAT(files_in(out()), ElementsAre("model.onnx"));
}

TEST_F(WriteOnnx, PlacesThatCannotBeWrittenAreErrors) {
  const auto nowhere = write_onnx(model({}), folder_.path() / "nowhere/model.onnx");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::not_found);
  folder_.write("file", "x");
  EXPECT_FALSE(write_onnx(model({}), folder_.path() / "file/model.onnx"));
  auto without = model({});
  without.safetensors = {};
  EXPECT_EQ(write_onnx(without, target()).error().code, ErrorCode::not_found);
  without.encoder.reset();
  EXPECT_EQ(write_onnx(without, target()).error().code, ErrorCode::unsupported);
}

// Of a living process nothing is touched: it holds its folder's lock.
TEST_F(WriteOnnx, WhatAKilledProcessLeftGoesWithTheNextOne) {
  const auto source = model(large());
  const auto staging_of_child = [&](auto&& end) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const auto staging = StagingFolder::create(target());
      std::ofstream(staging->path() / "model.onnx.data") << "half";
      if (::write(ready[1], "x", 1) != 1) ::_exit(1);
      ::pause();
    }
    char byte = 0;
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    end(child);
    ::kill(child, SIGKILL);
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
    ::close(ready[0]);
    ::close(ready[1]);
  };
  staging_of_child([&](pid_t) {
    ASSERT_TRUE(write_onnx(source, target()));
    EXPECT_EQ(files_in(out()).size(), 3U);  // the graph, its data, and what the child has
  });
  fs::create_directories(out() / "other.onnx.5.tmp");
  fs::create_directories(out() / "model.onnx.mine.tmp");
  folder_.write("out/model.onnx.6.tmp", "a file");
  ASSERT_TRUE(write_onnx(source, target()));
  EXPECT_THAT(files_in(out()), ElementsAre("model.onnx", "model.onnx.6.tmp", "model.onnx.data", "model.onnx.mine.tmp",
                                           "other.onnx.5.tmp"));
}

// A bound on the size of files stands for a full disk.
TEST_F(WriteOnnx, AFullDiskIsResourceExhaustedAndLeavesNothing) {
  const auto source = model(large());
  const fs::path file = target();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_DFL);
    int status = 0;
    for (const rlim_t limit : {0, 1, 4096, 100'000, 1'000'000, 6'000'000}) {
      const rlimit bound{limit, RLIM_INFINITY};
      ::setrlimit(RLIMIT_FSIZE, &bound);
      const auto outcome = write_onnx(source, file);
      const auto cached = converted_onnx(source, derived());
      if (outcome || outcome.error().code != ErrorCode::resource_exhausted) status |= 1;
      if (cached || cached.error().code != ErrorCode::resource_exhausted) status |= 2;
    }
    ::_exit(status);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_THAT(files_in(out()), ElementsAre());
  EXPECT_THAT(files_in(derived()), ElementsAre(".lock"));
}

TEST_F(WriteOnnx, TheCacheHoldsBothGraphsOverOneDataFile) {
  const auto first = converted_onnx(model(large()), derived());
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_THAT(files_in(first->parent_path()),
              ElementsAre(".contents", ".source", "model.onnx", "model.onnx.data", "model_unmasked.onnx"));
  EXPECT_THAT(inputs_of(load(*first)), ElementsAre("input_ids", "attention_mask"));
  EXPECT_THAT(inputs_of(load(unmasked_graph(*first))), ElementsAre("input_ids"));
  EXPECT_THAT(content_of(unmasked_graph(*first)), HasSubstr("model.onnx.data"));
  EXPECT_EQ(first->parent_path().filename().string().size(), 64U);

  const auto written = fs::last_write_time(*first);
  const auto second = converted_onnx(read(), derived());
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, *first);
  EXPECT_EQ(fs::last_write_time(*second), written);
}

TEST_F(WriteOnnx, WhatIsDamagedInTheCacheIsMadeAnew) {
  const auto source = model(large());
  const auto good = converted_onnx(source, derived());
  ASSERT_TRUE(good) << to_string(good.error());
  const fs::path data = good->string() + ".data";
  const auto graph_was = content_of(*good);
  const auto data_was = content_of(data);
  const auto flip = [](const fs::path& path) {
    auto content = content_of(path);
    content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 4);
    std::ofstream(path, std::ios::binary) << content;
  };
  const std::vector<std::function<void()>> damages = {
      [&] { flip(*good); },
      [&] { flip(unmasked_graph(*good)); },
      [&] { fs::resize_file(data, data_was.size() / 2); },
      [&] { fs::remove(data); },
      [&] { fs::remove(*good); },
      [&] { fs::remove(good->parent_path() / ".contents"); },
      [&] {
        fs::remove(*good);
        ASSERT_EQ(::mkfifo(good->c_str(), 0600), 0);
      },
  };
  for (std::size_t at = 0; at < damages.size(); ++at) {
    damages[at]();
    const auto again = converted_onnx(source, derived());
    ASSERT_TRUE(again) << at << ": " << to_string(again.error());
    EXPECT_EQ(content_of(*again), graph_was) << at;
    EXPECT_EQ(content_of(data), data_was) << at;
  }
}

TEST_F(WriteOnnx, WhatIsInTheCacheNeedsNoRightToWrite) {
  const auto source = model({});
  const auto first = converted_onnx(source, derived());
  ASSERT_TRUE(first);
  fs::remove(derived() / ".lock");
  ASSERT_TRUE(converted_onnx(source, derived()));
  EXPECT_EQ(files_in(derived()).size(), 1U);
}

TEST_F(WriteOnnx, TheKeyFollowsTheModel) {
  std::set<fs::path> graphs;
  const auto convert = [&] {
    const auto graph = converted_onnx(read(), derived());
    ASSERT_TRUE(graph) << to_string(graph.error());
    graphs.insert(*graph);
  };
  model({});
  convert();
  convert();
  EXPECT_EQ(graphs.size(), 1U);
  fs::last_write_time(source() / "model.safetensors", fs::file_time_type::clock::now() + std::chrono::seconds(5));
  convert();
  EXPECT_EQ(graphs.size(), 2U);
  TinyBert other;
  other.activation = "relu";
  test::write_tiny_bert(source(), other);
  convert();
  EXPECT_EQ(graphs.size(), 3U);
}

TEST_F(WriteOnnx, ManyProcessesMakeOneGraph) {
  constexpr int kProcesses = 8;
  const auto source = model(large());
  std::vector<pid_t> children;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto graph = converted_onnx(source, derived());
      bool whole = static_cast<bool>(graph);
      try {
        if (whole) onnx::checker::check_model(unmasked_graph(*graph).string());
      } catch (...) {
        whole = false;
      }
      ::_exit(whole ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(files_in(derived()).size(), 2U);  // the lock and the graph's folder
}

TEST_F(WriteOnnx, AKilledProcessLeavesNothingThatLasts) {
  constexpr int kKills = 40;
  const auto source = model(large());
  const auto untouched = converted_onnx(source, folder_.path() / "untouched");
  ASSERT_TRUE(untouched);
  const std::string data = content_of(untouched->string() + ".data");
  int interrupted = 0;
  int whole = 0;
  for (int i = 0; i < kKills; ++i) {
    fs::remove_all(derived());
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto graph = converted_onnx(source, derived());
      ::_exit(graph ? 0 : 1);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(i * 700));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    interrupted += WIFSIGNALED(status) ? 1 : 0;
    const auto graph = converted_onnx(source, derived());
    ASSERT_TRUE(graph) << to_string(graph.error());
    ASSERT_NO_THROW(onnx::checker::check_model(graph->string()));
    ASSERT_EQ(content_of(graph->string() + ".data"), data) << i;
    whole += WIFSIGNALED(status) && files_in(derived()).size() == 2U ? 1 : 0;
  }
  EXPECT_GT(interrupted, 0);
  EXPECT_EQ(whole, interrupted);  // the lock and one folder: no leftovers
}

}  // namespace
}  // namespace akidb::embedding::graph
