// Files that are no graph, or part of one: an error that names the file, never a crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/log.hpp>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>
#include <string_view>

#include "backend/onnx/onnx_backend.hpp"
#include "graph/convert.hpp"
#include "graph/external_weights.hpp"
#include "model/model.hpp"
#include "support/mutator.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class BrokenGraph : public ::testing::Test {
 protected:
  // A graph with all its weights inside, or with the large ones in encoder.onnx.data.
  void write_graph(bool external) {
    const std::uint32_t hidden = external ? 256 : 32;
    test::write_tiny_bert(folder_.path(),
                          {.hidden_size = hidden, .layers = external ? 2U : 1U, .intermediate_size = 4 * hidden});
    const auto model = model::read_model_folder(folder_.path());
    ASSERT_TRUE(model) << to_string(model.error());
    const auto written = graph::write_onnx(*model, graph());
    ASSERT_TRUE(written) << to_string(written.error());
    ASSERT_EQ(fs::exists(data()), external);
  }

  [[nodiscard]] fs::path graph() const { return folder_.path() / "encoder.onnx"; }
  [[nodiscard]] fs::path data() const { return folder_.path() / "encoder.onnx.data"; }

  [[nodiscard]] std::string content() const {
    std::ifstream stream(graph(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  [[nodiscard]] OnnxOptions options(std::string device = "cpu") const {
    OnnxOptions options;
    options.graph = graph();
    options.device = std::move(device);
    return options;
  }

  static void expect_error(const OnnxOptions& options, ErrorCode code, const std::string& part) {
    const auto backend = open_backend(options);
    ASSERT_FALSE(backend) << "expected an error: " << part;
    EXPECT_EQ(backend.error().code, code) << to_string(backend.error());
    EXPECT_THAT(backend.error().message, HasSubstr(part));
  }

  test::TemporaryFolder folder_;
};

TEST_F(BrokenGraph, IsNotFoundWhereThereIsNone) {
  expect_error(options(), ErrorCode::not_found, "encoder.onnx");
  fs::create_directory(graph());
  expect_error(options(), ErrorCode::not_found, "encoder.onnx");
}

TEST_F(BrokenGraph, IsDataCorruptWhereItEndsEarly) {
  write_graph(false);
  const auto whole = content();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    folder_.write("encoder.onnx", whole.substr(0, size));
    expect_error(options(), ErrorCode::data_corrupt, "encoder.onnx");
  }
}

TEST_F(BrokenGraph, IsDataCorruptWhereItIsSomethingElse) {
  for (const std::string& text :
       {std::string("this is no protobuf"), std::string("{}"), std::string(1000, '\0'), std::string(1000, '\xFF')}) {
    folder_.write("encoder.onnx", text);
    expect_error(options(), ErrorCode::data_corrupt, "encoder.onnx");
  }
}

// ONNX Runtime's session has words of its own for the profile that it could not make.
TEST_F(BrokenGraph, IsAnErrorAndNoLineOfTheLogBesideIt) {
  write_graph(false);
  const auto whole = content();
  std::mutex mutex;
  std::string lines;
  set_log_sink(
      [&](LogLevel, std::string_view message) {
        const std::lock_guard lock(mutex);
        lines.append(message).append("\n");
      },
      LogLevel::warning);
  test::Mutator mutator(2);
  int refused = 0;
  for (int round = 0; round < 20; ++round) {
    folder_.write("encoder.onnx", mutator.mutate(whole));
    refused += open_backend(options()) ? 0 : 1;
  }
  set_log_sink({});
  EXPECT_GT(refused, 0);
  EXPECT_THAT(lines, Not(HasSubstr("profile")));
}

TEST_F(BrokenGraph, EndsInAnErrorWhateverIsChangedInIt) {
  write_graph(false);
  const auto whole = content();
  test::Mutator mutator(1);
  int refused = 0;
  for (int round = 0; round < 60; ++round) {
    folder_.write("encoder.onnx", mutator.mutate(whole));
    const auto backend = open_backend(options());
    if (backend) continue;  // another weight, perhaps
    ++refused;
    const auto code = backend.error().code;
    EXPECT_TRUE(code == ErrorCode::data_corrupt || code == ErrorCode::unsupported || code == ErrorCode::internal)
        << to_string(backend.error());
  }
  EXPECT_GT(refused, 0);
}

TEST_F(BrokenGraph, IsDataCorruptWithoutAllOfItsExternalWeights) {
  write_graph(true);
  auto shared = options();
  auto external = graph::read_external_tensors(graph());
  ASSERT_TRUE(external) << to_string(external.error());
  shared.weights.file = external->file;
  for (auto& tensor : external->tensors) shared.weights.tensors.push_back({tensor.name, tensor.shape, tensor.offset});
  ASSERT_FALSE(shared.weights.tensors.empty());
  ASSERT_TRUE(open_backend(shared));
  ASSERT_TRUE(open_backend(options()));

  const auto size = fs::file_size(data());
  for (const auto left : {size - 1, size / 2, decltype(size){0}}) {
    fs::resize_file(data(), left);
    expect_error(shared, ErrorCode::data_corrupt, "encoder.onnx.data ends before the tensor ");
    expect_error(options(), ErrorCode::data_corrupt, "encoder.onnx");
  }
  fs::remove(data());
  expect_error(shared, ErrorCode::not_found, "encoder.onnx.data");
  expect_error(options(), ErrorCode::data_corrupt, "encoder.onnx");
}

TEST_F(BrokenGraph, IsDataCorruptWhereATensorsPlaceOverflows) {
  write_graph(true);
  auto shared = options();
  shared.weights.file = data();
  for (const ExternalWeights::Tensor& tensor :
       {ExternalWeights::Tensor{"x", {1, 4}, UINT64_MAX - 7}, ExternalWeights::Tensor{"x", {INT64_MAX, INT64_MAX}, 0},
        ExternalWeights::Tensor{"x", {1LL << 32U, 1LL << 32U}, 0}, ExternalWeights::Tensor{"x", {-1, 4}, 0},
        ExternalWeights::Tensor{"x", {-1, -1}, 0}}) {
    shared.weights.tensors = {tensor};
    expect_error(shared, ErrorCode::data_corrupt, "encoder.onnx.data ends before the tensor x");
  }
}

TEST_F(BrokenGraph, IsNotReachedWithADeviceThatCannotBeHad) {
  write_graph(false);
  expect_error(options("toaster"), ErrorCode::invalid_argument, "device: expected one of auto, cpu, cuda");
#ifdef __linux__
  expect_error(options("coreml"), ErrorCode::unavailable, "this ONNX Runtime has no CoreMLExecutionProvider");
#endif
  const auto automatic = open_backend(options("auto"));
  ASSERT_TRUE(automatic) << to_string(automatic.error());
  EXPECT_THAT((*automatic)->info().device_reason, HasSubstr("auto: "));
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
