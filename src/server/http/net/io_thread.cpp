#include "server/http/net/io_thread.hpp"

#include <boost/asio/post.hpp>
#include <future>
#include <new>

namespace akidb::embedding::server {
namespace {

constexpr std::chrono::milliseconds kTick{100};

}  // namespace

IoThread::IoThread(Gauge& open) : open_(open), work_(context_.get_executor()), timer_(context_) {
  thread_ = std::thread([this] { run(); });
}

// What has thrown for want of memory is over: its connection ends by its deadline, which takes that there are ticks.
void IoThread::run() {
  bool is_scarce = false;
  while (true) {
    try {
      if (is_scarce && revive_) revive_();
      is_scarce = false;
      if (!ticks_) tick();
      context_.run();
      return;
    } catch (const std::bad_alloc&) {
      is_scarce = true;
      std::this_thread::sleep_for(kScarce);
    }
  }
}

void IoThread::on_scarcity(std::function<void()> revive) {
  boost::asio::post(context_, [this, revive = std::move(revive)]() mutable { revive_ = std::move(revive); });
}

IoThread::~IoThread() {
  close_connections();
  stop();
}

void IoThread::adopt(std::shared_ptr<Connection> connection) {
  boost::asio::post(context_, [this, connection = std::move(connection)] {
    connections_.push_back(connection);
    open_.add(1);
    connection->start();
  });
}

void IoThread::drain() {
  boost::asio::post(context_, [this] {
    for (const auto& connection : connections_) connection->drain();
  });
}

void IoThread::close_connections() {
  boost::asio::post(context_, [this] {
    for (const auto& connection : connections_) connection->close();
  });
}

void IoThread::settle() {
  std::promise<void> done;
  boost::asio::post(context_, [&done] { done.set_value(); });
  done.get_future().wait();
}

void IoThread::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(context_, [this] {
    open_.add(-static_cast<std::int64_t>(connections_.size()));
    connections_.clear();
    work_.reset();
    context_.stop();
  });
  thread_.join();
}

void IoThread::tick() {
  ticks_ = false;
  const auto now = Connection::Clock::now();
  last_tick_.store(now.time_since_epoch().count());
  for (const auto& connection : connections_) connection->check_time(now);
  const auto gone = std::erase_if(connections_, [](const auto& connection) { return connection->closed(); });
  open_.add(-static_cast<std::int64_t>(gone));
  timer_.expires_after(kTick);
  timer_.async_wait([this](const boost::system::error_code& problem) {
    if (!problem) tick();
  });
  ticks_ = true;
}

}  // namespace akidb::embedding::server
