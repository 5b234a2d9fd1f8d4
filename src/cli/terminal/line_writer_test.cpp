#include "cli/terminal/line_writer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <climits>
#include <memory>
#include <string>
#include <vector>

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kLines = 1'000;
constexpr std::size_t kLineBytes = 100;
constexpr std::chrono::seconds kGuard{60};

void put_all(LineWriter& writer) {
  for (std::size_t i = 0; i < kLines; ++i) {
    std::string line = std::to_string(i);
    line.resize(kLineBytes - 1, ' ');
    writer.put(line + "\n");
  }
}

// A pipe, which holds 64 KiB: a part of the lines.
class LineWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(::pipe(ends_.data()), 0); }
  ~LineWriterTest() override {
    ::close(ends_[0]);
    ::close(ends_[1]);
  }

  [[nodiscard]] std::unique_ptr<LineWriter> start(std::size_t most_bytes) const {
    return LineWriter::start(
        {ends_[1], most_bytes, [](std::size_t count) { return "lost " + std::to_string(count) + "\n"; }});
  }

  // Until the line `last` was read.
  [[nodiscard]] std::vector<std::string> read_until(const std::string& last) const {
    std::vector<std::string> lines(1);
    char byte = 0;
    while (::read(ends_[0], &byte, 1) == 1) {
      if (byte != '\n') {
        lines.back() += byte;
        continue;
      }
      if (lines.back().starts_with(last + " ")) break;
      lines.emplace_back();
    }
    return lines;
  }

  std::array<int, 2> ends_ = {-1, -1};
};

TEST_F(LineWriterTest, WritesAllInOrderWhereThereIsRoom) {
  const auto writer = start(kLines * kLineBytes);
  ASSERT_TRUE(writer);
  put_all(*writer);
  const auto lines = read_until(std::to_string(kLines - 1));
  ASSERT_EQ(lines.size(), kLines);
  for (std::size_t i = 0; i < kLines; ++i) EXPECT_EQ(std::stoul(lines[i]), i);
  EXPECT_TRUE(writer->finish(kGuard));
}

TEST_F(LineWriterTest, DropsTheOldestWhereThePipeIsStuckAndSaysHowMany) {
  const auto writer = start(10 * kLineBytes);
  ASSERT_TRUE(writer);
  put_all(*writer);
  const auto lines = read_until(std::to_string(kLines - 1));
  EXPECT_TRUE(writer->finish(kGuard));
  std::size_t next = 0;
  std::size_t lost = 0;
  for (const auto& line : lines) {
    if (line.starts_with("lost ")) {
      lost += std::stoul(line.substr(5));
      next += std::stoul(line.substr(5));
    } else {
      EXPECT_EQ(std::stoul(line), next++);
    }
  }
  EXPECT_EQ(next, kLines);
  EXPECT_GT(lost, 0U);
}

TEST_F(LineWriterTest, EndsInSpiteOfAStuckPipe) {
  auto writer = start(kLines * kLineBytes);
  ASSERT_TRUE(writer);
  put_all(*writer);
  EXPECT_FALSE(writer->finish(std::chrono::milliseconds(1)));
  writer->put("late\n");
  writer.reset();
  EXPECT_EQ(read_until(std::to_string(kLines - 1)).size(), kLines);  // what was left was not lost yet
}

// What reads it sees each write by itself, and it holds a part of the lines.
TEST(LineWriter, WritesWhatWaitsInPiecesOfWholeLines) {
  std::array<int, 2> ends = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends.data()), 0);
  const int room = 2 * PIPE_BUF;
  ASSERT_EQ(::setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)), 0);
  auto writer = LineWriter::start({ends[1], kLines * kLineBytes, [](std::size_t) { return std::string(); }});
  ASSERT_TRUE(writer);
  put_all(*writer);
  std::size_t writes = 0;
  std::size_t bytes = 0;
  std::array<char, 2 * PIPE_BUF> piece;
  for (; bytes < kLines * kLineBytes; ++writes) {
    const auto size = ::read(ends[0], piece.data(), piece.size());
    ASSERT_GT(size, 0);
    EXPECT_LE(size, PIPE_BUF);
    EXPECT_EQ(static_cast<std::size_t>(size) % kLineBytes, 0U);
    bytes += static_cast<std::size_t>(size);
  }
  EXPECT_LT(writes, kLines / 2);
  EXPECT_TRUE(writer->finish(kGuard));
  for (const int end : ends) ::close(end);
}

}  // namespace
}  // namespace akidb::embedding::cli
