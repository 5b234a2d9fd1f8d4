// Devices that this machine has not, through a fake ONNX Runtime that offers them (fake_runtime.cpp): what is asked
// of each, in which shapes it runs, and what becomes of one that fails or computes something else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "backend/onnx/onnx_backend.hpp"
#include "graph/convert.hpp"
#include "model/model.hpp"
#include "onnx/probe_graph.hpp"
#include "onnx/rows.hpp"
#include "support/plain_bert.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

namespace fs = std::filesystem;
using test::Rows;
using test::rows_of;
using test::Sequences;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class FakeDevice : public ::testing::Test {
 protected:
  FakeDevice() {
    test::write_tiny_bert(folder_.path(), {.hidden_size = 32, .layers = 2});
    const auto model = model::read_model_folder(folder_.path());
    EXPECT_TRUE(model) << to_string(model.error());
    plain_ = std::make_unique<test::PlainBert>(*model);
    EXPECT_TRUE(graph::write_onnx(*model, masked(), {.token_type_ids = false}));
    EXPECT_TRUE(graph::write_onnx(*model, graph(), {.attention_mask = false, .token_type_ids = false}));
    ::setenv("FAKE_ORT_LOG", log().c_str(), 1);
    ::unsetenv("FAKE_ORT_FAULT");
  }

  [[nodiscard]] fs::path masked() const { return folder_.path() / "masked.onnx"; }
  [[nodiscard]] fs::path graph() const { return folder_.path() / "unmasked.onnx"; }
  [[nodiscard]] fs::path log() const { return folder_.path() / "log"; }

  [[nodiscard]] OnnxOptions options(std::string device) const {
    OnnxOptions options;
    options.graph = graph();
    options.masked_graph = masked();
    options.device = std::move(device);
    options.onnxruntime = AKIDB_EMBEDDING_FAKE_RUNTIME;
    options.threads = 3;
    options.vocab_size = test::tiny_vocabulary_size();
    options.max_positions = 40;
    return options;
  }

  [[nodiscard]] std::vector<std::string> logged() const {
    std::vector<std::string> lines;
    std::ifstream stream(log());
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  std::vector<std::uint32_t> sequence(std::size_t length) {
    std::vector<std::uint32_t> ids;
    for (std::size_t at = 0; at < length; ++at) {
      ids.push_back(static_cast<std::uint32_t>(engine_() % test::tiny_vocabulary_size()));
    }
    return ids;
  }

  void expect_the_plain_passes_rows(Backend& backend, const Sequences& batch) {
    const auto rows = rows_of(backend, batch);
    ASSERT_EQ(rows.size(), batch.size());
    for (std::size_t at = 0; at < batch.size(); ++at) {
      const auto expected = plain_->forward(batch[at]);
      ASSERT_EQ(rows[at].size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        ASSERT_NEAR(rows[at][i], static_cast<double>(expected[i]), 1e-5) << at;
      }
    }
  }

  static void expect_refused(const OnnxOptions& options, const std::string& part,
                             ErrorCode code = ErrorCode::unavailable) {
    const auto backend = open_backend(options);
    ASSERT_FALSE(backend) << part;
    EXPECT_EQ(backend.error().code, code) << to_string(backend.error());
    EXPECT_THAT(backend.error().message, HasSubstr(part));
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<test::PlainBert> plain_;
  std::mt19937 engine_{1};
};

struct Asked {
  std::string device;
  std::string id;
  std::string attached;  // the line of the log, with {cache} for the cache's folder
  std::string execution_provider;
};

void PrintTo(const Asked& asked, std::ostream* out) { *out << asked.device; }

const std::vector<Asked> kAsked = {
    {"cuda", "1", "attach CUDA arena_extend_strategy=kSameAsRequested device_id=1 gpu_mem_limit=1000000 use_tf32=0",
     "CUDAExecutionProvider"},
    {"tensorrt", "",
     "attach TensorRT device_id=0 trt_engine_cache_enable=1 trt_engine_cache_path={cache} trt_fp16_enable=0 "
     "trt_max_workspace_size=1000000 trt_timing_cache_enable=1 trt_timing_cache_path={cache}",
     "TensorrtExecutionProvider"},
    {"coreml", "",
     "attach CoreML AllowLowPrecisionAccumulationOnGPU=0 MLComputeUnits=ALL ModelCacheDirectory={cache} "
     "ModelFormat=MLProgram RequireStaticInputShapes=1",
     "CoreMLExecutionProvider"},
    {"directml", "2", "attach DML device_id=2", "DmlExecutionProvider"},
    {"openvino", "GPU.1",
     "attach OpenVINO cache_dir={cache} device_type=GPU.1 num_of_threads=3 num_streams=3 precision=FP32",
     "OpenVINOExecutionProvider"},
    {"xnnpack", "", "attach XNNPACK intra_op_num_threads=3", "XnnpackExecutionProvider"},
    {"onednn", "", "attach oneDNN use_arena=1", "DnnlExecutionProvider"},
};

class AskedDevice : public FakeDevice, public ::testing::WithParamInterface<Asked> {};

TEST_P(AskedDevice, GetsItsOptionsAndGivesTheCpusVectors) {
  auto asked = options(GetParam().device);
  asked.device_id = GetParam().id;
  asked.device_memory = 1'000'000;
  asked.cache = folder_.path() / "devices";
  const auto backend = open_backend(asked);
  ASSERT_TRUE(backend) << to_string(backend.error());

  auto attached = GetParam().attached;
  const std::string cache = (asked.cache / GetParam().device).string();
  for (auto at = attached.find("{cache}"); at != std::string::npos; at = attached.find("{cache}")) {
    attached.replace(at, 7, cache);
  }
  EXPECT_THAT(logged(), Contains(attached));
  EXPECT_TRUE(fs::is_directory(cache));

  const auto& info = (*backend)->info();
  EXPECT_EQ(info.device, GetParam().device);
  EXPECT_THAT(info.device_reason,
              HasSubstr("device " + GetParam().device + " was asked for; 84 vectors as on the CPU"));
  EXPECT_THAT(info.execution, HasSubstr(GetParam().execution_provider));
  EXPECT_GT(info.device_share.value_or(0), 0.9);
  EXPECT_LT(info.device_share.value_or(1), 1.0);
  expect_the_plain_passes_rows(**backend, {sequence(3)});
  expect_the_plain_passes_rows(**backend, {sequence(17), sequence(17), sequence(17)});
}

INSTANTIATE_TEST_SUITE_P(Devices, AskedDevice, ::testing::ValuesIn(kAsked),
                         [](const auto& asked) { return asked.param.device; });

TEST_F(FakeDevice, WithFixedShapesRunsInFewOfThem) {
  const auto backend = open_backend(options("coreml"));
  ASSERT_TRUE(backend) << to_string(backend.error());
  for (std::size_t length = 1; length <= 40; length += 3) {
    expect_the_plain_passes_rows(**backend, {sequence(length)});
    expect_the_plain_passes_rows(**backend, {sequence(length), sequence(length), sequence(length)});
  }
  // More than a shape has rows.
  Sequences many(70);
  for (auto& one : many) one = sequence(30);
  expect_the_plain_passes_rows(**backend, many);

  const auto lines = logged();
  std::size_t sessions = 0;
  for (const auto& line : lines) {
    if (line.starts_with("session")) ++sessions;
    if (!line.starts_with("run")) continue;
    EXPECT_THAT((std::vector<std::string>{"run 1 16", "run 32 16", "run 1 32", "run 16 32", "run 1 40", "run 12 40"}),
                Contains(line));
  }
  EXPECT_EQ(sessions, 6U);
  EXPECT_THAT(lines, Contains("session masked.onnx"));
  EXPECT_THAT(lines, Not(Contains("session unmasked.onnx")));
  EXPECT_THAT(lines, Contains("size batch=32"));
  EXPECT_THAT(lines, Contains("size sequence=16"));
}

TEST_F(FakeDevice, OfDirectmlRunsOneAtATime) {
  const auto run_beside = [&](const std::string& device) {
    fs::remove(log());
    const auto backend = open_backend(options(device));
    ASSERT_TRUE(backend) << to_string(backend.error());
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, one = sequence(30)] {
        for (int round = 0; round < 50; ++round) static_cast<void>(rows_of(**backend, {one}));
      });
    }
    for (auto& thread : threads) thread.join();
  };
  run_beside("directml");
  EXPECT_THAT(logged(), Not(Contains(HasSubstr("beside another"))));
  run_beside("cuda");
  EXPECT_THAT(logged(), Contains(HasSubstr("beside another")));
}

TEST_F(FakeDevice, ThatComputesSomethingElseIsRefused) {
  for (const std::string device : {"cuda", "coreml", "directml", "openvino"}) {
    const std::string begin = "device " + device + " cannot be used: its vectors are not those of the CPU: ";
    ::setenv("FAKE_ORT_FAULT", "nan", 1);
    expect_refused(options(device), begin + "a value is not finite");
    ::setenv("FAKE_ORT_FAULT", "zero", 1);
    expect_refused(options(device), begin + "a vector is zero");
    ::setenv("FAKE_ORT_FAULT", "other", 1);
    expect_refused(options(device), begin + "a cosine is ");
    ::setenv("FAKE_ORT_FAULT", "no_nodes", 1);
    expect_refused(options(device), "device " + device + " took none of the model's nodes (CPUExecutionProvider ");
  }
}

TEST_F(FakeDevice, ThatCannotBeHadSaysWhatToDo) {
  ::setenv("FAKE_ORT_FAULT", "attach:CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version", 1);
  expect_refused(options("cuda"),
                 "device cuda cannot be used: NVIDIA's driver is missing or older than this CUDA needs");
  ::setenv("FAKE_ORT_FAULT", "session:CUDA failure 2: out of memory", 1);
  expect_refused(options("cuda"), "device cuda cannot be used: the device's memory is full");
  ::setenv("FAKE_ORT_FAULT", "session:something new", 1);
  expect_refused(options("coreml"), "use ONNX Runtime's macOS build on an Apple machine");
}

TEST_F(FakeDevice, OfAutoStepsDownToTheCpuWithTheReason) {
  for (const auto& [fault, reason] :
       {std::pair{"attach:CUDA failure 35: driver", "NVIDIA's driver is missing or older"},
        std::pair{"nan", "a value is not finite"}, std::pair{"other", "a cosine is "},
        std::pair{"no_nodes", "took none of the model's nodes"}}) {
    ::setenv("FAKE_ORT_FAULT", fault, 1);
    const auto backend = open_backend(options("auto"));
    ASSERT_TRUE(backend) << to_string(backend.error());
    const auto& info = (*backend)->info();
    EXPECT_EQ(info.device, "cpu");
    EXPECT_THAT(info.device_reason, HasSubstr("auto: device cuda "));
    EXPECT_THAT(info.device_reason, HasSubstr(reason));
    EXPECT_THAT(info.device_reason, HasSubstr(", so the CPU"));
    EXPECT_EQ(info.device_share, 1.0);
    expect_the_plain_passes_rows(**backend, {sequence(5)});
  }
  ::unsetenv("FAKE_ORT_FAULT");
  const auto backend = open_backend(options("auto"));
  ASSERT_TRUE(backend) << to_string(backend.error());
  EXPECT_EQ((*backend)->info().device, "cuda");
}

TEST_F(FakeDevice, WithoutItsCacheComputesAllTheSame) {
  auto asked = options("coreml");
  asked.cache = folder_.write("occupied", "a file") / "below";
  const auto backend = open_backend(asked);
  ASSERT_TRUE(backend) << to_string(backend.error());
  EXPECT_THAT(logged(), Not(Contains(HasSubstr("ModelCacheDirectory"))));
}

TEST_F(FakeDevice, RefusesAnIdWhereThereIsOne) {
  for (const auto* device : {"cpu", "xnnpack", "onednn"}) {
    auto asked = options(device);
    asked.device_id = "1";
    expect_refused(asked, "device_id: expected none for device " + std::string(device) + ", found \"1\"",
                   ErrorCode::invalid_argument);
  }
}

TEST_F(FakeDevice, WithFixedShapesNeedsAMask) {
  auto asked = options("coreml");
  asked.masked_graph.clear();
  expect_refused(asked, "device coreml wants inputs of fixed sizes, and the graph has no attention_mask",
                 ErrorCode::unsupported);
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
