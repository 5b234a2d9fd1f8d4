#include "model/onnx_external_data.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <ostream>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::model {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class ExternalData : public ::testing::Test {
 protected:
  ExternalData() : folder_(std::move(base::TemporaryFolder::create()).value()) {
    fs::create_directories(path("model/sub"));
    fs::create_directories(path("elsewhere"));
    write("model/model.onnx", "graph");
    write("model/data", std::string(100, 'x'));
    write("model/sub/data", std::string(100, 'x'));
    write("elsewhere/secret", std::string(100, 's'));
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }

  [[nodiscard]] Result<void> check(OnnxExternalTensor tensor, const std::string& graph = "model/model.onnx") const {
    OnnxFacts facts;
    tensor.name = "weight";
    facts.external.push_back(std::move(tensor));
    return check_onnx_external_data(path(graph), facts);
  }

  void expect_refused(const OnnxExternalTensor& tensor, const std::string& part,
                      ErrorCode code = ErrorCode::data_corrupt) const {
    const auto outcome = check(tensor);
    ASSERT_FALSE(outcome) << tensor.location;
    EXPECT_EQ(outcome.error().code, code);
    EXPECT_THAT(outcome.error().message, HasSubstr("model.onnx: external data of the tensor \"weight\": location \""));
    EXPECT_THAT(outcome.error().message, HasSubstr(part));
  }

  base::TemporaryFolder folder_;
};

OnnxExternalTensor at(std::string location, std::string offset = {}, std::string length = {},
                      std::optional<std::uint64_t> bytes = std::nullopt) {
  return {{}, std::move(location), std::move(offset), std::move(length), bytes};
}

TEST_F(ExternalData, IsAPlainFileOfTheGraphsFolder) {
  for (const auto& tensor : {at("data"), at("./data"), at("sub/data"), at("data", "0", "100"),
                             at("data", "60", "40", 40), at("data", "100", "0"), at("data", "20", "", 80)}) {
    const auto outcome = check(tensor);
    EXPECT_TRUE(outcome) << to_string(outcome.error());
  }
}

TEST_F(ExternalData, MayNotLeadOutOfTheFolder) {
  using namespace std::string_literals;
  for (const auto& location : {"../elsewhere/secret"s, "sub/../../elsewhere/secret"s, ".."s, ""s, "/etc/passwd"s,
                               "//etc/passwd"s, "sub/./data"s, "sub//data"s, "..\\elsewhere\\secret"s, "C:\\secret"s,
                               "C:secret"s, "data\0.txt"s, "././data"s, "sub/"s}) {
    expect_refused(at(location), "expected a file in the graph's folder");
  }
  expect_refused(at(path("elsewhere/secret").string()), "expected a file in the graph's folder");
}

TEST_F(ExternalData, MayBeNoLink) {
  fs::create_symlink(path("elsewhere/secret"), path("model/link"));
  expect_refused(at("link"), "it is a symbolic link that leads elsewhere");
  fs::create_symlink("data", path("model/near"));
  expect_refused(at("near"), "it is a symbolic link that leads elsewhere");
  fs::create_directory_symlink(path("elsewhere"), path("model/folder"));
  expect_refused(at("folder/secret"), "a folder on the way to it is a symbolic link");
  fs::create_hard_link(path("elsewhere/secret"), path("model/hard"));
  expect_refused(at("hard"), "it is a hard link");
}

TEST_F(ExternalData, OfTheHubsCacheIsReachedThroughLinksIntoOneFolder) {
  fs::create_directories(path("blobs"));
  write("blobs/1", "graph");
  write("blobs/2", std::string(100, 'x'));
  fs::create_directories(path("snapshot/onnx"));
  fs::create_symlink("../../blobs/1", path("snapshot/onnx/model.onnx"));
  fs::create_symlink("../../blobs/2", path("snapshot/onnx/model.onnx_data"));
  const auto outcome = check(at("model.onnx_data", "0", "100"), "snapshot/onnx/model.onnx");
  EXPECT_TRUE(outcome) << to_string(outcome.error());
  fs::create_symlink(path("elsewhere/secret"), path("snapshot/onnx/secret"));
  EXPECT_FALSE(check(at("secret"), "snapshot/onnx/model.onnx"));
}

TEST_F(ExternalData, IsNoSpecialFile) {
  ASSERT_EQ(::mkfifo(path("model/pipe").c_str(), 0600), 0);
  expect_refused(at("pipe"), "it is no regular file");
  expect_refused(at("sub"), "it is no regular file");
}

TEST_F(ExternalData, IsNotFoundWhereThereIsNone) {
  expect_refused(at("absent"), "there is no such file beside the graph", ErrorCode::not_found);
}

TEST_F(ExternalData, LiesInItsFile) {
  for (const auto& tensor :
       {at("data", "101"), at("data", "0", "101"), at("data", "60", "41"), at("data", "18446744073709551615", "2"),
        at("data", "1", "18446744073709551615"), at("data", "21", "", 80), at("data", "0", "", 101)}) {
    expect_refused(tensor, "but the file has 100");
  }
  for (const auto* number : {"-1", "18446744073709551616", "0x10", "1e3", " 1", "1 ", "abc"}) {
    expect_refused(at("data", number), "offset: expected a number, found");
    expect_refused(at("data", "", number), "length: expected a number, found");
  }
  expect_refused(at("data", "0", "100", 80), "length: expected the 80 bytes of its shape, found 100");
}

TEST_F(ExternalData, IsNamedWithoutWhatWouldConfuseATerminal) {
  const auto outcome = check(at("\x1b[2J\n../x"));
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message, HasSubstr("location \"?[2J?../x\""));
}

}  // namespace
}  // namespace akidb::embedding::model
