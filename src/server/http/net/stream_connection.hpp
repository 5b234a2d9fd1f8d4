// StreamConnection: a Connection over one kind of Asio stream.
#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "base/executor.hpp"
#include "server/http/net/connection.hpp"
#include "server/http/protocol/request_reader.hpp"

namespace akidb::embedding::server {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;
using TlsStream = asio::ssl::stream<Socket>;

// Reads all the time: the next request's bytes wait here, and the end of the stream says that the client has left.
// Where memory runs out, the client is told, or else its connection is closed.
template <class Stream>
class StreamConnection final : public Connection, public std::enable_shared_from_this<StreamConnection<Stream>> {
 public:
  StreamConnection(asio::io_context& context, Stream stream, Peer peer, const ConnectionContext& shared)
      : context_(context),
        stream_(std::move(stream)),
        peer_(std::move(peer)),
        shared_(shared),
        reader_(shared.options.limits),
        buffer_(kFirstBuffer) {}

  void start() override {
    wait_for(shared_.options.head_timeout);
    guard([this] {
      if constexpr (std::is_same_v<Stream, TlsStream>) {
        stream_.async_handshake(
            asio::ssl::stream_base::server,
            [self = this->shared_from_this()](const boost::system::error_code& problem) { self->go_on(problem); });
      } else {
        read();
      }
    });
  }

  void check_time(Clock::time_point now) override {
    if (closed_) return;
    if (exchange_ && exchange_->is_lost()) {
      close();
      return;
    }
    if (phase_ == Phase::writing && now - write_begin_ > shared_.options.clogged_timeout &&
        shared_.service.admission().is_clogged()) {
      close();
      return;
    }
    if (!deadline_ || now < *deadline_) return;
    const bool in_request =
        phase_ == Phase::reading && (end_ > begin_ || reader_.state() == RequestReader::State::body);
    if (in_request) {
      guard([this] { fail(refusal(Reason::slow_client, "the request did not arrive in time")); });
    } else {
      close();
    }
  }

  void drain() override {
    draining_ = true;
    const bool idle = phase_ == Phase::reading && end_ == begin_ && reader_.state() == RequestReader::State::head;
    if (idle) close();
  }

  void close() override {
    if (std::exchange(closed_, true)) return;
    if (exchange_) exchange_->cancel.cancel();
    exchange_.reset();  // one that was never answered would hold this for ever
    boost::system::error_code ignored;
    stream_.lowest_layer().close(ignored);
  }

  [[nodiscard]] bool closed() const override { return closed_; }

 private:
  enum class Phase : std::uint8_t { reading, handling, writing, lingering };

  static constexpr std::size_t kFirstBuffer = 8'192;
  static constexpr std::size_t kLargestBuffer = 81'920;  // more than a whole head
  static constexpr std::size_t kPoolBody = 16'384;       // larger bodies are handled on the pool
  static constexpr std::size_t kLingerBytes = std::size_t{4} << 20U;

  void wait_for(std::chrono::milliseconds span) { deadline_ = Clock::now() + span; }

  template <class Step>
  void guard(Step&& step) noexcept {
    try {
      step();
    } catch (const std::bad_alloc&) {
      run_out();
    }
  }

  void run_out() noexcept {
    const bool can_tell = phase_ == Phase::reading && !closed_;
    try {
      auto problem = refusal(ErrorCode::resource_exhausted, "no memory is left");
      problem.retry_after = std::chrono::seconds(1);
      if (can_tell) return fail(problem);
    } catch (const std::bad_alloc&) {
      // closed below
    }
    close();
  }

  // After a step of which nothing but its success is of interest.
  void go_on(const boost::system::error_code& problem) noexcept {
    if (problem) {
      close();
    } else {
      guard([this] { read(); });
    }
  }

  // With what comes, not with what is announced: a client that announces much and sends little is to cost little.
  bool grow() {
    if (buffer_.size() >= kLargestBuffer) return false;
    buffer_.resize(std::min(buffer_.size() * 2, kLargestBuffer));
    return true;
  }

  void read() {
    if (reading_ || closed_) return;
    if (begin_ == end_) {
      begin_ = end_ = 0;
      if (std::exchange(filled_, false)) grow();
    }
    if (end_ == buffer_.size()) {
      if (begin_ > 0) {
        std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
                  buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
        end_ -= begin_;
        begin_ = 0;
      } else if (!grow()) {
        return;  // enough of what comes next
      }
    }
    reading_ = true;
    stream_.async_read_some(
        asio::buffer(buffer_.data() + end_, buffer_.size() - end_),
        [self = this->shared_from_this()](const boost::system::error_code& problem, std::size_t size) {
          self->reading_ = false;
          if (problem) {
            self->close();
            return;
          }
          self->guard([&] { self->take_in(size); });
        });
  }

  void take_in(std::size_t size) {
    if (closed_) return;
    if (phase_ == Phase::lingering) {
      lingered_ += size;
      begin_ = end_ = 0;
      if (lingered_ > kLingerBytes) {
        close();
      } else {
        read();
      }
      return;
    }
    const bool was_idle = phase_ == Phase::reading && begin_ == end_ && reader_.state() == RequestReader::State::head;
    if (was_idle) wait_for(shared_.options.head_timeout);
    end_ += size;
    filled_ = end_ == buffer_.size();
    if (phase_ == Phase::reading) {
      advance();
    } else {
      read();
    }
  }

  // Takes what is in the buffer as far as it goes.
  void advance() {
    const auto before = reader_.state();
    std::size_t used = 0;
    do {
      used = reader_.feed({buffer_.data() + begin_, end_ - begin_});
      begin_ += used;
    } while (used > 0 && begin_ < end_ && reader_.state() == RequestReader::State::body);
    switch (reader_.state()) {
      case RequestReader::State::complete: begin_exchange(); return;
      case RequestReader::State::failed: fail(reader_.problem()); return;
      case RequestReader::State::body:
        if (before == RequestReader::State::head) {
          wait_for(shared_.options.body_timeout);
        }
        if (reader_.wants_continue()) {
          send_continue();
          return;
        }
        break;
      case RequestReader::State::head: break;
    }
    read();
  }

  void send_continue() {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    reader_.sent_continue();
    asio::async_write(stream_, asio::buffer(kContinue),
                      [self = this->shared_from_this()](const boost::system::error_code& problem, std::size_t) {
                        self->go_on(problem);
                      });
  }

  ExchangePtr make_exchange(Request request) {
    head_only_ = request.method == "HEAD";
    auto reply = [self = this->shared_from_this()](Response response) {
      asio::dispatch(self->context_,
                     [self, response = std::move(response)]() mutable { self->send(std::move(response)); });
    };
    auto made = std::make_unique<Exchange>(std::move(request), shared_.service, shared_.api, std::move(reply));
    shared_.exchanges.fetch_add(1);
    exchange_ = ExchangePtr(made.release(), [&exchanges = shared_.exchanges](Exchange* exchange) {
      delete exchange;
      exchanges.fetch_sub(1);
    });
    phase_ = Phase::handling;
    deadline_.reset();
    return exchange_;
  }

  void begin_exchange() {
    auto request = reader_.take();
    keep_alive_ = request.keep_alive;
    const bool large = request.body.size() > kPoolBody;
    auto exchange = make_exchange(std::move(request));
    if (large) {
      // Nothing here may outlive the exchange, after whose end the server may be gone: not this connection, either.
      shared_.pool.post([&dispatcher = shared_.dispatcher, exchange = std::move(exchange), peer = peer_] {
        dispatcher.dispatch(exchange, peer);
      });
    } else {
      shared_.dispatcher.dispatch(exchange, peer_);
    }
    read();
  }

  void fail(const Refusal& problem) {
    keep_alive_ = false;
    const Refusal kept = problem;  // NOLINT(performance-unnecessary-copy-initialization): take() empties the reader
    shared_.dispatcher.refuse(make_exchange(reader_.take()), kept);
  }

  void send(Response response) noexcept {
    guard([&] { write(std::move(response)); });
  }

  void write(Response response) {
    if (closed_) return;
    phase_ = Phase::writing;
    if (draining_ || shared_.service.draining()) keep_alive_ = false;
    head_ = response_head(response, keep_alive_);
    body_ = head_only_ ? std::string() : std::move(response.body);
    wait_for(shared_.options.write_timeout + std::chrono::seconds(body_.size() >> 16U));
    write_begin_ = Clock::now();
    unsent_ = Admission::Unsent(shared_.service.admission(), body_.size());
    const std::array<asio::const_buffer, 2> parts = {asio::buffer(head_), asio::buffer(body_)};
    asio::async_write(stream_, parts,
                      [self = this->shared_from_this()](const boost::system::error_code& problem, std::size_t) {
                        if (problem) {
                          self->close();
                        } else {
                          self->guard([&] { self->sent(); });
                        }
                      });
  }

  void sent() {
    exchange_.reset();
    std::string().swap(body_);  // an assignment would keep the memory
    unsent_ = {};
    if (closed_) return;
    if (!keep_alive_) {
      linger();
      return;
    }
    phase_ = Phase::reading;
    wait_for(begin_ < end_ ? shared_.options.head_timeout : shared_.options.idle_timeout);
    if (begin_ < end_) {
      advance();
    } else if (draining_) {  // since the head of this answer was written
      close();
    } else {
      read();
    }
  }

  // A socket that is closed with unread bytes resets the connection, and the client may lose the answer.
  void linger() {
    phase_ = Phase::lingering;
    wait_for(std::chrono::milliseconds(500));
    boost::system::error_code ignored;
    stream_.lowest_layer().shutdown(asio::socket_base::shutdown_send, ignored);
    begin_ = end_ = 0;
    if (!reading_) read();
  }

  asio::io_context& context_;
  Stream stream_;
  const Peer peer_;
  const ConnectionContext& shared_;
  RequestReader reader_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what is unread in the buffer
  std::size_t end_ = 0;
  std::size_t lingered_ = 0;
  Phase phase_ = Phase::reading;
  bool filled_ = false;   // the last read filled the buffer
  bool reading_ = false;  // a read is under way
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool draining_ = false;
  bool closed_ = false;
  ExchangePtr exchange_;
  std::string head_;
  std::string body_;
  Admission::Unsent unsent_;
  Clock::time_point write_begin_;
  std::optional<Clock::time_point> deadline_;
};

}  // namespace akidb::embedding::server
