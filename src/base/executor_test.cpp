#include "base/executor.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <future>
#include <memory>
#include <set>
#include <vector>

#include "base/cpu_topology.hpp"
#include "base/no_thread.hpp"

namespace akidb::embedding {
namespace {

void expect_each_once(Executor& executor, std::size_t count) {
  std::vector<std::atomic<int>> calls(count);
  executor.parallel_for(count, [&](std::size_t at) { calls[at].fetch_add(1); });
  for (std::size_t at = 0; at < count; ++at) ASSERT_EQ(calls[at].load(), 1) << at << " of " << count;
}

TEST(Executor, CallsEveryIndexOnce) {
  for (const std::uint32_t threads : {1U, 2U, 5U}) {
    Executor executor(threads);
    EXPECT_EQ(executor.size(), threads);
    for (const std::size_t count : {0U, 1U, 2U, 3U, 7U, 10'000U}) expect_each_once(executor, count);
  }
}

TEST(Executor, CallsEveryIndexOnceFromItsOwnWorkers) {
  for (const std::uint32_t threads : {1U, 3U}) {
    Executor executor(threads);
    std::vector<std::future<void>> done;
    for (int task = 0; task < 8; ++task) {
      auto promise = std::make_shared<std::promise<void>>();
      done.push_back(promise->get_future());
      executor.post([&executor, promise] {
        for (const std::size_t count : {0U, 1U, 100U}) expect_each_once(executor, count);
        promise->set_value();
      });
    }
    for (auto& one : done) one.wait();
  }
}

TEST(Executor, WantOfMemoryInACallComesOutAfterTheOthers) {
  Executor executor(2);
  std::atomic<int> calls = 0;
  const auto one_fails = [&](std::size_t at) {
    ++calls;
    if (at == 3) throw std::bad_alloc();
  };
  EXPECT_THROW(executor.parallel_for(100, one_fails), std::bad_alloc);
  EXPECT_EQ(calls, 100);
}

TEST(Executor, CallsWithinCalls) {
  Executor executor(2);
  std::atomic<int> calls = 0;
  executor.parallel_for(5, [&](std::size_t) {
    executor.parallel_for(5, [&](std::size_t) { executor.parallel_for(5, [&](std::size_t) { ++calls; }); });
  });
  EXPECT_EQ(calls, 125);
}

TEST(Executor, ServesManyCallersAtOnce) {
  Executor executor(3);
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) expect_each_once(executor, 17);
    });
  }
  for (auto& caller : callers) caller.join();
}

// Both workers must come for the calls to end: each waits for another thread.
TEST(Executor, WorkersHelpTheCaller) {
  Executor executor(2);
  std::mutex mutex;
  std::condition_variable came;
  std::set<std::thread::id> threads;
  executor.parallel_for(3, [&](std::size_t) {
    std::unique_lock lock(mutex);
    threads.insert(std::this_thread::get_id());
    came.notify_all();
    came.wait(lock, [&] { return threads.size() == 3; });
  });
  EXPECT_EQ(threads.size(), 3U);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 1U);
}

TEST(Executor, RunsTasksInTheirOrder) {
  std::vector<int> order;
  {
    Executor executor(1);
    for (int task = 0; task < 100; ++task) executor.post([&order, task] { order.push_back(task); });
  }
  ASSERT_EQ(order.size(), 100U);
  for (int task = 0; task < 100; ++task) EXPECT_EQ(order[static_cast<std::size_t>(task)], task);
}

TEST(Executor, RunsAllThatWasPostedBeforeItEnds) {
  std::atomic<int> ran = 0;
  {
    Executor executor(3);
    for (int task = 0; task < 1000; ++task) {
      executor.post([&] {
        std::this_thread::yield();
        ran.fetch_add(1);
      });
    }
  }
  EXPECT_EQ(ran, 1000);
}

// What a task owns may be the last share in something that must not live longer.
TEST(Executor, LetsGoOfATaskThatHasRun) {
  Executor executor(1);
  std::promise<void> released;
  auto owned = std::shared_ptr<int>(new int(0), [&](const int* value) {
    delete value;
    released.set_value();
  });
  executor.post([owned = std::move(owned)] { ++*owned; });
  released.get_future().wait();
}

TEST(Executor, CountsWhoSleeps) {
  Executor executor(3);
  const auto wait_for_idle = [&](std::uint32_t count) {
    while (executor.idle() != count) std::this_thread::yield();
  };
  wait_for_idle(3);
  std::promise<void> release;
  const auto gate = release.get_future().share();
  for (int task = 0; task < 2; ++task) executor.post([gate] { gate.wait(); });
  wait_for_idle(1);
  release.set_value();
  wait_for_idle(3);
}

TEST(Executor, HasAThreadForEachUsableCoreUnlessTold) {
  EXPECT_EQ(make_executor(0)->size(), base::cpu_topology().usable_cores());
  EXPECT_EQ(make_executor(3)->size(), 3U);
  EXPECT_LE(make_executor(~0U)->size(), 1'024U);
  EXPECT_EQ(Executor(0).size(), 1U);
}

// A thread takes address space for its stack, so that a bound on that bounds their number.
TEST(Executor, WorksWithFewerThreadsWhereTheSystemGivesNoMore) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need more address space than the bound leaves";
#else
  const auto make_too_many = [] {
    const rlimit limit{1ULL << 30U, 1ULL << 30U};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return 2;
    Executor executor(100'000);
    std::atomic<int> calls = 0;
    executor.parallel_for(1000, [&](std::size_t) { ++calls; });
    return executor.size() >= 1 && executor.size() < 100'000 && calls == 1000 ? 0 : 1;
  };
  EXPECT_EXIT(::_exit(make_too_many()), ::testing::ExitedWithCode(0), "");
#endif
}

TEST(Executor, SaysThatThreadsAreWhatIsMissing) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need more address space than the bound leaves";
#else
  const auto make_none = [] {
    const rlimit limit{1, 1};  // what is there stays, a thread's stack does not come
    if (::setrlimit(RLIMIT_AS, &limit) != 0) return 2;
    try {
      const Executor all_that_come(1'000);  // of stacks that earlier threads have left
      make_executor(2);
    } catch (const base::NoThread&) {
      return 0;
    }
    return 1;
  };
  EXPECT_EXIT(::_exit(make_none()), ::testing::ExitedWithCode(0), "");
#endif
}

}  // namespace
}  // namespace akidb::embedding
