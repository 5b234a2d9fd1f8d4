#include "server/http/net/http_server.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "base/file.hpp"
#include "server/api/unix_path.hpp"
#include "server/http/net/io_thread.hpp"
#include "server/http/net/stream_connection.hpp"
#include "server/http/net/tls.hpp"

namespace akidb::embedding::server {
namespace {

using Tcp = asio::ip::tcp;
using Local = asio::local::stream_protocol;
using Problem = boost::system::error_code;

constexpr int kBacklog = 4'096;

std::string cannot_listen(const std::string& where) { return "cannot listen on " + where; }

Error cannot_listen(const std::string& where, const Problem& problem) {
  return {ErrorCode::unavailable, cannot_listen(where) + ": " + problem.message(), {}, {}};
}

std::string name_of(const Tcp::endpoint& peer) {
  return peer.address().to_string() + ":" + std::to_string(peer.port());
}

// Accepts on one address and deals the connections out.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void accept() = 0;
  virtual void accept_anew() = 0;  // where what accepted may have been lost
  virtual void close() = 0;        // on the thread of its context
};

}  // namespace

struct HttpServer::Parts {
  Parts(EmbedService& service_in, const ApiKeys& keys, const ApiOptions& api, Executor& pool, HttpServerOptions given)
      : service(service_in), options(std::move(given)), dispatcher(service, keys, api), shared{dispatcher,
                                                                                               service,
                                                                                               api,
                                                                                               options.connection,
                                                                                               pool,
                                                                                               exchanges} {}

  IoThread& next_thread() { return *threads[next++ % threads.size()]; }
  [[nodiscard]] bool is_full() const {
    return service.metrics().connections.value() >= static_cast<std::int64_t>(options.connections);
  }

  EmbedService& service;
  HttpServerOptions options;
  Dispatcher dispatcher;
  std::atomic<std::size_t> exchanges{0};
  ConnectionContext shared;
  TlsContext tls;
  std::vector<std::unique_ptr<IoThread>> threads;
  std::vector<std::shared_ptr<Listener>> listeners;
  std::size_t next = 0;
  std::atomic<std::size_t> unnamed_peers{0};  // that came by Unix-domain sockets
  std::uint16_t port = 0;
};

namespace {

std::string identity_of(const std::string& path) {
  auto identity = base::file_identity(path);
  return identity ? *std::move(identity) : "";
}

template <class Protocol, class Parts>
class SocketListener final : public Listener, public std::enable_shared_from_this<SocketListener<Protocol, Parts>> {
 public:
  SocketListener(Parts& parts, typename Protocol::acceptor acceptor, std::string unix_path)
      : parts_(parts),
        acceptor_(std::move(acceptor)),
        pause_(acceptor_.get_executor()),
        path_(std::move(unix_path)),
        identity_(identity_of(path_)) {}

  void accept() override {
    IoThread& thread = parts_.next_thread();
    acceptor_.async_accept(thread.context(), [self = this->shared_from_this(), &thread](
                                                 const Problem& problem, typename Protocol::socket socket) {
      self->accepted(problem, std::move(socket), thread);
    });
  }

  void accept_anew() override {
    if (!acceptor_.is_open()) return;
    Problem ignored;
    acceptor_.cancel(ignored);
    accept();
  }

  void close() override {
    Problem ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    if (!path_.empty() && identity_of(path_) == identity_) ::unlink(path_.c_str());  // not what took its place
  }

 private:
  void accepted(const Problem& problem, typename Protocol::socket socket, IoThread& thread) {
    if (problem == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (problem) {  // no descriptor is left, most likely: it gets better or it does not
      pause_.expires_after(std::chrono::milliseconds(50));
      pause_.async_wait([self = this->shared_from_this()](const Problem& stopped) {
        if (!stopped) self->listen_on();
      });
      return;
    }
    listen_on();
    if (parts_.is_full()) {
      parts_.service.metrics().connections_refused.add();
      return;
    }
    try {
      adopt(std::move(socket), thread);
    } catch (const std::exception&) {  // no memory, or none for OpenSSL
      parts_.service.metrics().connections_refused.add();
    }
  }

  // Nobody would be let in any more without this.
  void listen_on() {
    while (true) {
      try {
        accept();
        return;
      } catch (const std::bad_alloc&) {
        std::this_thread::sleep_for(kScarce);
      }
    }
  }

  void adopt(typename Protocol::socket socket, IoThread& thread) {
    Peer peer;
    if constexpr (std::is_same_v<Protocol, Tcp>) {
      Problem problem;
      socket.set_option(Tcp::no_delay(true), problem);
      const auto endpoint = socket.remote_endpoint(problem);
      if (problem) return;  // gone already
      peer.name = name_of(endpoint);
      if (const auto tls = parts_.tls.get()) {
        thread.adopt(std::make_shared<StreamConnection<TlsStream>>(
            thread.context(), TlsStream(Socket(std::move(socket)), *tls), std::move(peer), parts_.shared));
        return;
      }
    } else {
      peer = {"unix:" + std::to_string(++parts_.unnamed_peers), true};
    }
    thread.adopt(std::make_shared<StreamConnection<Socket>>(thread.context(), Socket(std::move(socket)),
                                                            std::move(peer), parts_.shared));
  }

  Parts& parts_;
  typename Protocol::acceptor acceptor_;
  asio::steady_timer pause_;
  const std::string path_;
  const std::string identity_;
};

template <class Protocol, class Parts>
void add_listener(Parts& parts, typename Protocol::acceptor acceptor, std::string unix_path = {}) {
  parts.listeners.push_back(
      std::make_shared<SocketListener<Protocol, Parts>>(parts, std::move(acceptor), std::move(unix_path)));
}

template <class Parts>
void add_tcp_listener(Parts& parts, Tcp::acceptor acceptor) {
  Problem ignored;
  if (parts.port == 0) parts.port = acceptor.local_endpoint(ignored).port();
  add_listener<Tcp>(parts, std::move(acceptor));
}

template <class Parts>
Result<void> listen_on_path(Parts& parts, const std::string& path) {
  auto& context = parts.threads.front()->context();
  if (auto freed = free_unix_path(path, cannot_listen(path)); !freed) return freed;
  Problem problem;
  Local::acceptor acceptor(context);
  acceptor.open(Local(), problem);
  if (!problem) acceptor.bind(Local::endpoint(path), problem);
  if (!problem) acceptor.listen(kBacklog, problem);
  if (problem) return cannot_listen(path, problem);
  add_listener<Local>(parts, std::move(acceptor), path);
  return {};
}

template <class Parts>
Result<void> listen_on_address(Parts& parts, const ListenOptions& listen) {
  auto& context = parts.threads.front()->context();
  const std::string where = listen.host + ":" + std::to_string(listen.port);
  Problem problem;
  const auto found =
      Tcp::resolver(context).resolve(listen.host, std::to_string(listen.port), Tcp::resolver::passive, problem);
  if (problem) return cannot_listen(where, problem);
  const Tcp::endpoint endpoint = found.begin()->endpoint();
  Tcp::acceptor acceptor(context);
  acceptor.open(endpoint.protocol(), problem);
  if (!problem) acceptor.set_option(Tcp::acceptor::reuse_address(true), problem);
  if (!problem) acceptor.bind(endpoint, problem);
  if (!problem) acceptor.listen(kBacklog, problem);
  if (problem == asio::error::address_in_use) {
    return Error{ErrorCode::unavailable, cannot_listen(where) + ": is the port taken? --port names another", {}, {}};
  }
  if (problem) return cannot_listen(where, problem);
  add_tcp_listener(parts, std::move(acceptor));
  return {};
}

bool is_listening(int descriptor) {
  int yes = 0;
  socklen_t size = sizeof(yes);
  return ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &yes, &size) == 0 && yes != 0;
}

// Whoever opened the socket keeps it, and its path: only our copy is closed.
template <class Parts>
Result<void> listen_on_descriptor(Parts& parts, int descriptor) {
  auto& context = parts.threads.front()->context();
  const std::string where = "descriptor " + std::to_string(descriptor);
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (!is_listening(descriptor) || ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return Error{ErrorCode::unavailable, "cannot listen on " + where + ": expected a listening socket", {}, {}};
  }
  Problem problem;
  if (address.ss_family == AF_UNIX) {
    Local::acceptor acceptor(context);
    acceptor.assign(Local(), descriptor, problem);
    if (!problem) add_listener<Local>(parts, std::move(acceptor));
  } else {
    Tcp::acceptor acceptor(context);
    acceptor.assign(address.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4(), descriptor, problem);
    if (!problem) add_tcp_listener(parts, std::move(acceptor));
  }
  return problem ? Result<void>(cannot_listen(where, problem)) : Result<void>();
}

}  // namespace

HttpServer::HttpServer(EmbedService& service, const ApiKeys& keys, const ApiOptions& api, Executor& pool,
                       HttpServerOptions options)
    : parts_(std::make_unique<Parts>(service, keys, api, pool, std::move(options))) {}

HttpServer::~HttpServer() { stop(); }

Result<void> HttpServer::reload_tls() {
  return parts_->options.tls.enabled() ? parts_->tls.load(parts_->options.tls) : Result<void>();
}

Result<void> HttpServer::start() {
  auto& parts = *parts_;
  if (auto loaded = reload_tls(); !loaded) return loaded;
  for (std::uint32_t i = 0; i < std::max(parts.options.io_threads, 1U); ++i) {
    parts.threads.push_back(std::make_unique<IoThread>(parts.service.metrics().connections));
  }
  auto& context = parts.threads.front()->context();
  for (const auto& listen : parts.options.listen) {
    Result<void> listening = listen.descriptor >= 0     ? listen_on_descriptor(parts, listen.descriptor)
                             : listen.unix_path.empty() ? listen_on_address(parts, listen)
                                                        : listen_on_path(parts, listen.unix_path);
    if (!listening) return listening;
  }
  parts.threads.front()->on_scarcity([&parts] {
    for (const auto& listener : parts.listeners) listener->accept_anew();
  });
  for (const auto& listener : parts.listeners) asio::post(context, [listener] { listener->accept(); });
  return {};
}

std::uint16_t HttpServer::port() const noexcept { return parts_->port; }

void HttpServer::drain() {
  auto& parts = *parts_;
  if (parts.threads.empty()) return;
  for (const auto& listener : parts.listeners) {
    asio::post(parts.threads.front()->context(), [listener] { listener->close(); });
  }
  for (const auto& thread : parts.threads) thread->drain();
}

std::chrono::milliseconds HttpServer::longest_silence() const {
  auto oldest = Connection::Clock::now();
  for (const auto& thread : parts_->threads) oldest = std::min(oldest, thread->last_tick());
  return std::chrono::duration_cast<std::chrono::milliseconds>(Connection::Clock::now() - oldest);
}

bool HttpServer::has_connections() const { return parts_->service.metrics().connections.value() > 0; }

void HttpServer::stop() {
  drain();
  // One after the other on all threads: no listener accepts, so none is given a connection; no connection is open, so
  // none begins an exchange; the exchanges under way, which were cancelled, end on event loops that are still there.
  for (const auto& thread : parts_->threads) thread->settle();
  for (const auto& thread : parts_->threads) thread->close_connections();
  for (const auto& thread : parts_->threads) thread->settle();
  while (parts_->exchanges.load() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  for (const auto& thread : parts_->threads) thread->stop();
  parts_->listeners.clear();
  parts_->threads.clear();
}

}  // namespace akidb::embedding::server
