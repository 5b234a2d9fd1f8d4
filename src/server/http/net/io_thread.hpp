// IoThread: a thread, its event loop, and the connections that live on it.
#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "server/api/metric.hpp"
#include "server/http/net/connection.hpp"

namespace akidb::embedding::server {

inline constexpr std::chrono::milliseconds kScarce{10};  // before it is tried again to get memory

class IoThread {
 public:
  // Counts its connections in `open`, which must outlive it.
  explicit IoThread(Gauge& open);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  boost::asio::io_context& context() noexcept { return context_; }

  // When its loop last came round; from any thread.
  [[nodiscard]] Connection::Clock::time_point last_tick() const noexcept {
    return Connection::Clock::time_point(Connection::Clock::duration(last_tick_.load()));
  }

  // From any thread.
  void adopt(std::shared_ptr<Connection> connection);
  void drain();
  void close_connections();
  void settle();  // returns when the thread has done what was asked of it before
  void stop();    // after close_connections(): ends the thread

  // What is called on the thread after memory ran out somewhere inside Asio, where what was waited for is lost.
  void on_scarcity(std::function<void()> revive);

 private:
  void run();
  void tick();

  Gauge& open_;
  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  std::atomic<Connection::Clock::rep> last_tick_{Connection::Clock::now().time_since_epoch().count()};
  std::vector<std::shared_ptr<Connection>> connections_;
  bool ticks_ = false;  // the next tick is under way
  std::function<void()> revive_;
  std::thread thread_;
};

}  // namespace akidb::embedding::server
