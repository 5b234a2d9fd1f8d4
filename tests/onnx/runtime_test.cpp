// Where ONNX Runtime's library is looked for, and what is said of one that does not serve. A process loads one
// library for good, so that every attempt here is made in a child of its own.
#include "backend/onnx/runtime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <string>

#include "support/temporary_folder.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::ExitedWithCode;

const std::string kConfigured = AKIDB_EMBEDDING_ORT_LIBRARY;
const std::string kTooOld = AKIDB_EMBEDDING_TOO_OLD_RUNTIME;

class OnnxRuntime : public ::testing::Test {
 protected:
  OnnxRuntime() {
    ::unsetenv("AKIDB_EMBED_ONNXRUNTIME");
    ::unsetenv("ONNXRUNTIME_ROOT");
  }

  test::TemporaryFolder folder_;
};

// Ends the process with the exit code of the error, which it prints, or with 0.
void load_and_exit(const fs::path& path) {
  const auto runtime = load_runtime(path);
  if (!runtime) std::fprintf(stderr, "%s\n", to_string(runtime.error()).c_str());
  ::_exit(runtime ? 0 : error_code_info(runtime.error().code).exit_code);
}

const int kUnavailable = error_code_info(ErrorCode::unavailable).exit_code;
const int kInvalid = error_code_info(ErrorCode::invalid_argument).exit_code;

TEST_F(OnnxRuntime, OfAnExplicitPathMustServe) {
  const auto text = folder_.write("text.so", "this is no library");
  const std::vector<std::pair<fs::path, std::string>> cases = {
      {folder_.path() / "absent.so", "unavailable: onnxruntime: there is no file absent.so"},
      {text, "unavailable: onnxruntime: cannot load text.so"},
      {folder_.path(), "unavailable: onnxruntime: cannot load "},
      {"libm.so.6", "unavailable: onnxruntime: libm.so.6 is not ONNX Runtime"},
      {kTooOld, "unavailable: onnxruntime: .* is too old: expected ONNX Runtime 1.[0-9]+ or newer, found 1.10.0"},
  };
  for (const auto& [path, words] : cases) {
    EXPECT_EXIT(load_and_exit(path), ExitedWithCode(kUnavailable), words);
    ::setenv("AKIDB_EMBED_ONNXRUNTIME", path.c_str(), 1);
    EXPECT_EXIT(load_and_exit({}), ExitedWithCode(kUnavailable), words + ".*; AKIDB_EMBED_ONNXRUNTIME names it: ");
    // A path in the options wins over the environment.
    EXPECT_EXIT(load_and_exit(kConfigured), ExitedWithCode(0), "");
    ::unsetenv("AKIDB_EMBED_ONNXRUNTIME");
  }
}

// The file's header with the number of another processor.
TEST_F(OnnxRuntime, OfAnotherProcessorSaysSo) {
  std::ifstream real(kConfigured, std::ios::binary);
  std::string bytes(4096, '\0');
  real.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes[18] = static_cast<char>(243);
  bytes[19] = 0;
  const auto foreign = folder_.write("libonnxruntime.so.1", bytes);
  EXPECT_EXIT(load_and_exit(foreign), ExitedWithCode(kUnavailable),
              "cannot load libonnxruntime.so.1: it is for RISC-V, and this is .*; use a build for this processor");
}

// Whoever names a build wants that one, so that another one in its place would mislead.
TEST_F(OnnxRuntime, OfTheRootMustServe) {
  const auto root = folder_.path() / "root";
  ::setenv("ONNXRUNTIME_ROOT", root.c_str(), 1);
  const std::string remedy = "; ONNXRUNTIME_ROOT names its folder: set that to a folder with lib/.*, or unset it";
  EXPECT_EXIT(load_and_exit({}), ExitedWithCode(kUnavailable), "there is no file libonnxruntime[^;]*" + remedy);
  fs::create_directories(root / "lib64");
  fs::create_symlink(kTooOld, root / "lib64/libonnxruntime.so.1");
  EXPECT_EXIT(load_and_exit({}), ExitedWithCode(kUnavailable), "is too old: [^;]*" + remedy);
  fs::create_directories(root / "lib");
  fs::create_symlink(kConfigured, root / "lib/libonnxruntime.so.1");
  EXPECT_EXIT(load_and_exit({}), ExitedWithCode(0), "");
}

TEST_F(OnnxRuntime, OfTheProcessStays) {
  const auto once_and_again = [&](const fs::path& again) {
    if (!load_runtime({})) ::_exit(99);
    load_and_exit(again);
  };
  fs::create_symlink(kConfigured, folder_.path() / "link.so");
  EXPECT_EXIT(once_and_again({}), ExitedWithCode(0), "");
  EXPECT_EXIT(once_and_again(kConfigured), ExitedWithCode(0), "");
  EXPECT_EXIT(once_and_again(folder_.path() / "link.so"), ExitedWithCode(0), "");
  EXPECT_EXIT(once_and_again(kTooOld), ExitedWithCode(kInvalid), "a process can load only one");
  EXPECT_EXIT(once_and_again(folder_.path() / "absent.so"), ExitedWithCode(kInvalid), "a process can load only one");
}

TEST_F(OnnxRuntime, ThatFailedMayBeTriedAgain) {
  const auto wrong_then_right = [] {
    if (load_runtime(kTooOld)) ::_exit(99);
    load_and_exit(kConfigured);
  };
  EXPECT_EXIT(wrong_then_right(), ExitedWithCode(0), "");
}

TEST_F(OnnxRuntime, SaysItsVersionAndItsExecutionProviders) {
  const auto look = [] {
    const auto runtime = load_runtime({});
    if (!runtime) ::_exit(99);
    const auto& providers = (*runtime)->execution_providers;
    const bool has_cpu = std::find(providers.begin(), providers.end(), "CPUExecutionProvider") != providers.end();
    const bool has_version = (*runtime)->version.starts_with("1.");
    ::_exit(has_cpu && has_version ? 0 : 1);
  };
  EXPECT_EXIT(look(), ExitedWithCode(0), "");
}

TEST_F(OnnxRuntime, IsLookedForInOrder) {
  const auto paths_of = [](const fs::path& path) { return library_candidates(path).paths; };
  EXPECT_THAT(paths_of("/x/lib.so"), ElementsAre("/x/lib.so"));
  const auto usual = paths_of({});
  ASSERT_GE(usual.size(), 2U);
  EXPECT_EQ(usual[usual.size() - 2], kConfigured);
  EXPECT_FALSE(usual.back().has_parent_path());
  const auto own_folder = fs::canonical("/proc/self/exe").parent_path();
  EXPECT_EQ(usual.front(), own_folder / "akidb-embedding" / usual.back());

  ::setenv("ONNXRUNTIME_ROOT", "/opt/ort", 1);
  EXPECT_THAT(paths_of({}), ElementsAre(fs::path("/opt/ort/lib") / usual.back()));

  ::setenv("AKIDB_EMBED_ONNXRUNTIME", "/y/lib.so", 1);
  EXPECT_THAT(paths_of({}), ElementsAre("/y/lib.so"));
  EXPECT_THAT(paths_of("/x/lib.so"), ElementsAre("/x/lib.so"));
  ::setenv("AKIDB_EMBED_ONNXRUNTIME", "", 1);
  EXPECT_THAT(paths_of({}), ElementsAre(fs::path("/opt/ort/lib") / usual.back()));
  ::setenv("ONNXRUNTIME_ROOT", "", 1);
  EXPECT_EQ(paths_of({}), usual);
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
