#include "hub/background_writer.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <string>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::hub {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string content(const std::filesystem::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(BackgroundWriter, WritesPiecesOfAllSizesInOrder) {
  const auto folder = base::TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto path = folder->path() / "file";
  auto file = PartialFile::open(path, UINT64_MAX);
  ASSERT_TRUE(file);
  std::string whole;
  BackgroundWriter writer(*file);
  for (int round = 0; round < 200; ++round) {
    const std::string piece(static_cast<std::size_t>(round % 3) * 60'000 + 7, static_cast<char>('a' + round % 26));
    ASSERT_TRUE(writer.append(bytes(piece)));
    whole += piece;
    ASSERT_EQ(writer.size(), whole.size());
  }
  ASSERT_TRUE(writer.flush());
  EXPECT_EQ(content(path), whole);
  EXPECT_EQ(file->size(), whole.size());
}

TEST(BackgroundWriter, ClearsAndBeginsAgain) {
  const auto folder = base::TemporaryFolder::create();
  const auto path = folder->path() / "file";
  {
    auto file = PartialFile::open(path, UINT64_MAX);
    BackgroundWriter writer(*file);
    ASSERT_TRUE(writer.append(bytes(std::string(2'000'000, 'x'))));
    ASSERT_TRUE(writer.clear());
    EXPECT_EQ(writer.size(), 0U);
    ASSERT_TRUE(writer.append(bytes("abc")));
  }
  // What was not flushed is written at the end.
  EXPECT_EQ(content(path), "abc");
}

TEST(BackgroundWriter, UnusedItEnds) {
  const auto folder = base::TemporaryFolder::create();
  auto file = PartialFile::open(folder->path() / "file", 1);
  const BackgroundWriter writer(*file);
}

TEST(BackgroundWriter, GivesTheErrorOfTheWrite) {
  const auto folder = base::TemporaryFolder::create();
  const auto fails = [&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1'000'000, 1'000'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto file = PartialFile::open(folder->path() / "file", UINT64_MAX);
    BackgroundWriter writer(*file);
    const std::string piece(600'000, 'x');
    if (!writer.append(bytes(piece)) || !writer.append(bytes(piece))) return 1;
    const auto outcome = writer.flush();
    return !outcome && outcome.error().code == ErrorCode::resource_exhausted ? 0 : 2;
  };
  EXPECT_EXIT(std::_Exit(fails()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace akidb::embedding::hub
