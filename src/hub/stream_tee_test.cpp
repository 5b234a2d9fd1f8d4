#include "hub/stream_tee.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <string>
#include <string_view>

#include "base/temporary_folder.hpp"
#include "hub/partial_file.hpp"

namespace akidb::embedding::hub {
namespace {

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

// Collects what it is given; no lock: flush() is what makes reading it safe.
StreamTee::Work into(std::string& text) {
  return [&text](std::span<const std::byte> piece) -> Result<void> {
    text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return {};
  };
}

TEST(StreamTee, GivesEachWorkerAllBytesInOrder) {
  std::string whole;
  std::string first;
  std::string second;
  StreamTee tee({into(first), into(second)});
  for (int round = 0; round < 300; ++round) {
    const std::string piece(static_cast<std::size_t>(round % 3) * 160'000 + 7, static_cast<char>('a' + round % 26));
    ASSERT_TRUE(tee.append(bytes(piece)));
    whole += piece;
    if (round % 50 != 49) continue;
    ASSERT_TRUE(tee.flush());
    ASSERT_TRUE(first == whole);
    ASSERT_TRUE(second == whole);
  }
}

TEST(StreamTee, WorksOnAShortStreamInTheCallersThread) {
  const auto caller = std::this_thread::get_id();
  std::thread::id seen;
  StreamTee tee({[&](std::span<const std::byte>) -> Result<void> {
    seen = std::this_thread::get_id();
    return {};
  }});
  ASSERT_TRUE(tee.append(bytes("abc")));
  ASSERT_TRUE(tee.flush());
  EXPECT_EQ(seen, caller);
}

TEST(StreamTee, FinishesWhatWasNotFlushed) {
  for (const std::size_t size : {3U, 3'000'000U}) {
    std::string text;
    {
      StreamTee tee({into(text)});
      ASSERT_TRUE(tee.append(bytes(std::string(size, 'x'))));
    }
    EXPECT_EQ(text.size(), size);
  }
  const StreamTee unused({});
}

TEST(StreamTee, CarriesAnErrorOverAndStopsAllWorkers) {
  for (const std::size_t size : {1'000U, 300'000U}) {  // in the caller's thread, on their own
    std::atomic<int> calls = 0;
    const auto fail = [&](std::span<const std::byte>) -> Result<void> {
      ++calls;
      return Error{ErrorCode::resource_exhausted, "full", {}, {}};
    };
    StreamTee tee({fail, [](std::span<const std::byte>) { return Result<void>(); }});
    const std::string piece(size, 'x');
    Result<void> outcome;
    for (int round = 0; round < 100 && outcome; ++round) {
      outcome = tee.append(bytes(piece));
      if (outcome) outcome = tee.flush();
    }
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().message, "full");
    EXPECT_FALSE(tee.append(bytes(piece)) && tee.flush());
    EXPECT_EQ(calls, 1);
  }
}

TEST(StreamTee, NeverHoldsMoreThanAFewPieces) {
  std::atomic<bool> go = false;
  std::atomic<std::size_t> taken = 0;
  std::atomic<std::size_t> given = 0;
  StreamTee tee({[&](std::span<const std::byte> piece) -> Result<void> {
    go.wait(false);
    taken += piece.size();
    return {};
  }});
  std::thread producer([&] {
    const std::string piece(100'000, 'x');
    for (int round = 0; round < 200; ++round) {
      if (!tee.append(bytes(piece))) return;
      given += piece.size();
    }
  });
  // However long the worker takes, the producer stands still; a slow machine makes `given` smaller, not larger.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_LE(given, std::size_t{4} << 20U);
  go = true;
  go.notify_all();
  producer.join();
  ASSERT_TRUE(tee.flush());
  EXPECT_EQ(taken, 20'000'000U);
}

TEST(StreamTee, GivesTheErrorOfAWrite) {
  const auto folder = base::TemporaryFolder::create();
  const auto fails = [&] {
    ::signal(SIGXFSZ, SIG_DFL);
    const rlimit limit{1'000'000, 1'000'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    auto file = PartialFile::open(folder->path() / "file", UINT64_MAX);
    StreamTee tee({[&](std::span<const std::byte> piece) { return file->append(piece); }});
    const std::string piece(600'000, 'x');
    if (!tee.append(bytes(piece)) || !tee.append(bytes(piece))) return 1;
    const auto outcome = tee.flush();
    return !outcome && outcome.error().code == ErrorCode::resource_exhausted ? 0 : 2;
  };
  EXPECT_EXIT(std::_Exit(fails()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace akidb::embedding::hub
