// Packed weights that are kept between starts: the same rows with and without, and no file that stops a start.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "backend/native/native_backend.hpp"
#include "backend/native/packed_file.hpp"
#include "native/tiny_encoder.hpp"

namespace akidb::embedding::test {
namespace {

namespace fs = std::filesystem;
using backend::native::keep_packed;
using backend::native::PackedFile;
using backend::native::kernels::Precision;

// Large enough to be kept.
TinyBert shape() { return {.hidden_size = 256, .layers = 2, .heads = 4, .intermediate_size = 1'024}; }

class PackedWeights : public testing::Test {
 protected:
  void SetUp() override {
    auto model = tiny_model(model_folder_, shape());
    ASSERT_TRUE(model) << to_string(model.error());
    model_ = std::move(*model);
    std::mt19937 random(4);
    for (int i = 0; i < 5; ++i) batch_.add(random_sequence(random, 24));
  }

  std::vector<float> rows_with(const fs::path& folder, Precision precision = Precision::int8) {
    auto opened = backend::native::open_backend({model_, precision, make_executor(2), "test", folder});
    if (!opened) {
      ADD_FAILURE() << to_string(opened.error());
      return {};
    }
    return rows_of(**opened, batch_, backend::Cores::one);
  }

  std::vector<fs::path> kept() {
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(packed(), ignored)) {
      if (entry.path().extension() != ".source") files.push_back(entry.path());  // base/derivation.hpp
    }
    return files;
  }

  fs::path packed() const { return folder_.path() / "packed"; }

  TemporaryFolder model_folder_;
  TemporaryFolder folder_;
  backend::native::EncoderModel model_;
  Batch batch_;
};

TEST_F(PackedWeights, GiveTheSameRowsFromTheFile) {
  const auto expected = rows_with({});
  EXPECT_EQ(rows_with(packed()), expected);
  ASSERT_EQ(kept().size(), 1U);
  const auto written = fs::last_write_time(kept().front());
  const auto size = fs::file_size(kept().front());
  for (int start = 0; start < 3; ++start) EXPECT_EQ(rows_with(packed()), expected);
  ASSERT_EQ(kept().size(), 1U);
  EXPECT_GE(fs::last_write_time(kept().front()), written);
  EXPECT_EQ(fs::file_size(kept().front()), size);
}

TEST_F(PackedWeights, AreMadeAnewFromADamagedFile) {
  const auto expected = rows_with(packed());
  ASSERT_EQ(kept().size(), 1U);
  const auto path = kept().front();
  const auto size = fs::file_size(path);
  // Bytes of the magic, the size, the checksum, the key, the first and the last values.
  for (const std::uintmax_t at : {std::uintmax_t{0}, std::uintmax_t{8}, std::uintmax_t{16}, std::uintmax_t{30},
                                  std::uintmax_t{4'096}, size / 2, size - 1}) {
    {
      std::fstream stream(path, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(at));
      const auto byte = static_cast<char>(stream.get() ^ 0x10);
      stream.seekp(static_cast<std::streamoff>(at));
      stream.put(byte);
    }
    EXPECT_EQ(rows_with(packed()), expected) << at;
  }
  for (const std::uintmax_t bytes : {std::uintmax_t{0}, std::uintmax_t{50}, std::uintmax_t{4'096}, size - 1}) {
    fs::resize_file(path, bytes);
    EXPECT_EQ(rows_with(packed()), expected) << bytes;
    EXPECT_EQ(fs::file_size(path), size);
  }
}

TEST_F(PackedWeights, DoWithoutAFolderThatCannotBeWritten) {
  const auto expected = rows_with({});
  std::ofstream(packed()) << "a file where the folder should be";
  EXPECT_EQ(rows_with(packed()), expected);
  EXPECT_TRUE(fs::is_regular_file(packed()));
}

// A write beyond the limit would end the process.
TEST_F(PackedWeights, DoWithoutAFileAboveTheLimitOfTheProcess) {
  const auto expected = rows_with({});
  const auto limited = [&] {
    ::signal(SIGXFSZ, SIG_DFL);
    const rlimit limit{1'000'000, 1'000'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 2;
    return rows_with(packed()) == expected ? 0 : 1;
  };
  EXPECT_EXIT(::_exit(limited()), testing::ExitedWithCode(0), "");
  EXPECT_TRUE(kept().empty());
}

TEST_F(PackedWeights, OfOtherWeightsAreNotTaken) {
  rows_with(packed());
  model_.identity += "changed";
  rows_with(packed());
  EXPECT_EQ(kept().size(), 2U);
  model_.identity.clear();
  rows_with(packed());
  EXPECT_EQ(kept().size(), 2U);
}

TEST_F(PackedWeights, AreWrittenByManyAtOnce) {
  const auto expected = rows_with({});
  std::vector<std::vector<float>> rows(4);
  {
    std::vector<std::jthread> starts;
    for (auto& of_one : rows) starts.emplace_back([&] { of_one = rows_with(packed()); });
  }
  for (const auto& of_one : rows) EXPECT_EQ(of_one, expected);
  EXPECT_EQ(kept().size(), 1U);
}

// They are packed faster than they run from a file.
TEST_F(PackedWeights, OfOtherTypesAreNotKept) {
  for (const auto precision : {Precision::fp32, Precision::bf16}) rows_with(packed(), precision);
  EXPECT_TRUE(kept().empty());
}

TEST(PackedFile, FolderKeepsThoseThatWereUsedLast) {
  const TemporaryFolder folder;
  const auto executor = make_executor(1);
  const std::vector<std::byte> memory(5'000, std::byte{7});
  const auto key = [](int i) { return std::string(62, 'a') + std::to_string(10 + i); };
  for (int i = 0; i < 20; ++i) {
    keep_packed(folder.path(), key(i), memory, {}, *executor);
    // The clock of a file system may be coarse.
    const auto age = std::chrono::hours(20 - i);
    fs::last_write_time(folder.path() / (key(i) + ".packed"), fs::file_time_type::clock::now() - age);
  }
  for (const char* left : {"left.123.tmp", "left.packed.source.tmp.45.0"}) {
    std::ofstream(folder.path() / left) << "unfinished";
    fs::last_write_time(folder.path() / left, fs::file_time_type::clock::now() - std::chrono::hours(2));
  }
  ASSERT_TRUE(PackedFile::open(folder.path(), key(8), memory.size(), *executor));  // used: it stays
  keep_packed(folder.path(), key(30), memory, {}, *executor);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 16);
  EXPECT_TRUE(PackedFile::open(folder.path(), key(8), memory.size(), *executor));
  EXPECT_TRUE(PackedFile::open(folder.path(), key(30), memory.size(), *executor));
  EXPECT_FALSE(PackedFile::open(folder.path(), key(4), memory.size(), *executor));
  EXPECT_TRUE(PackedFile::open(folder.path(), key(5), memory.size(), *executor));
}

}  // namespace
}  // namespace akidb::embedding::test
