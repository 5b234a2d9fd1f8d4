#include "base/log.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace akidb::embedding::base {
namespace {

using Lines = std::vector<std::pair<LogLevel, std::string>>;

class Log : public ::testing::Test {
 protected:
  ~Log() override { set_log_sink({}); }

  void listen(LogLevel lowest) {
    set_log_sink([this](LogLevel level, std::string_view message) { lines_.emplace_back(level, message); }, lowest);
  }

  Lines lines_;
};

TEST_F(Log, DropsAllWithoutASink) {
  set_log_sink({});
  EXPECT_FALSE(log_enabled(LogLevel::error));
  log(LogLevel::error, "nobody hears it");
  set_log_sink({}, LogLevel::debug);
  EXPECT_FALSE(log_enabled(LogLevel::error));
}

TEST_F(Log, PassesMessagesFromTheLowestLevelOn) {
  constexpr LogLevel kLevels[] = {LogLevel::debug, LogLevel::info, LogLevel::warning, LogLevel::error};
  for (const auto lowest : kLevels) {
    lines_.clear();
    listen(lowest);
    Lines expected;
    for (const auto level : kLevels) {
      log(level, "m");
      EXPECT_EQ(log_enabled(level), level >= lowest);
      if (level >= lowest) expected.emplace_back(level, "m");
    }
    EXPECT_EQ(lines_, expected);
  }
}

// The sink is promised one line, and engines have messages of many.
TEST_F(Log, MakesOneLineOfEveryMessage) {
  listen(LogLevel::info);
  log(LogLevel::info, "one\ntwo\r\nthree\n");
  log(LogLevel::info, "\n");
  log(LogLevel::info, "");
  EXPECT_EQ(lines_, (Lines{{LogLevel::info, "one two three"}, {LogLevel::info, ""}, {LogLevel::info, ""}}));
}

TEST_F(Log, CallsTheSinkOneAtATime) {
  std::atomic<int> inside = 0;
  int calls = 0;
  bool alone = true;
  set_log_sink([&](LogLevel, std::string_view) {
    alone = alone && inside.fetch_add(1) == 0;
    ++calls;
    inside.fetch_sub(1);
  });
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([] {
      for (int round = 0; round < 500; ++round) log(LogLevel::warning, "x");
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_TRUE(alone);
  EXPECT_EQ(calls, 2000);
}

}  // namespace
}  // namespace akidb::embedding::base
