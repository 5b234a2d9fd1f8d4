// Load over HTTP: POSTs on many connections to this machine, one request at a time on each.
//
//   http_load PORT PATH CONNECTIONS SECONDS [OPTION...] BODY...
//
//   --rate N        requests a second; they begin at even times whether or not answers come, as long as a connection is
//                   free, and latency counts from the time that was meant. Without it each connection sends its next
//                   request when it has its answer.
//   --field "A: b"  a header field; may be repeated
//   --stay-closed   a connection that the server closes is not opened again
//
// The bodies take turns. Prints a line of JSON: answers by status with their latencies and how many had Retry-After;
// `broken`, requests whose connection ended before the answer; `refused`, connections that could not be made; `missed`,
// requests of the rate that found no connection free. Stops by itself; speaks to 127.0.0.1 only.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "latencies.hpp"

namespace {

using akidb::embedding::bench::Clock;
using akidb::embedding::bench::Latencies;
using akidb::embedding::bench::seconds_since;

constexpr double kLongest = 7'200;  // seconds
constexpr int kPatience = 100;      // milliseconds of one look at the connections

struct Options {
  int port = 0;
  std::string path;
  std::size_t connections = 1;
  double seconds = 0;
  double rate = 0;
  bool stays_closed = false;
  std::string fields;
  std::vector<std::string> bodies;
};

struct Connection {
  int descriptor = -1;
  std::string in;
  std::size_t expected = 0;  // bytes of the whole answer, once its head is there
  Clock::time_point begin;
  bool busy = false;
};

struct Answers {
  Latencies latencies;
  std::size_t with_retry_after = 0;
};

int connect_to(int port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) return descriptor;
  ::close(descriptor);
  return -1;
}

// A field of the head, whose names servers write in small letters or with capitals.
std::string_view field(std::string_view head, std::string_view small, std::string_view capital) {
  auto at = head.find(small);
  if (at == std::string_view::npos) at = head.find(capital);
  if (at == std::string_view::npos) return {};
  const auto begin = at + small.size();
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

class Load {
 public:
  explicit Load(Options options) : options_(std::move(options)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    for (const auto& body : options_.bodies) {
      requests_.push_back("POST " + options_.path +
                          " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + options_.fields +
                          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    }
    connections_.resize(options_.connections);
    for (std::size_t i = 0; i < connections_.size(); ++i) open(i);
  }

  [[nodiscard]] bool connected() const { return !free_.empty(); }

  void run() {
    const auto begin = Clock::now();
    while (seconds_since(begin) < options_.seconds && open_ > 0) {
      if (options_.rate > 0) {
        send_due(begin);
        wait_for_due(begin);
        poll(0);
      } else {
        while (!free_.empty()) send(Clock::now());
        poll(kPatience);
      }
    }
    seconds_ = seconds_since(begin);
  }

  void report() {
    std::printf("{\"seconds\":%.2f,\"missed\":%zu,\"broken\":%zu,\"refused\":%zu,\"answers\":{", seconds_, missed_,
                broken_, refused_);
    const char* comma = "";
    for (auto& [status, answers] : answers_) {
      auto text = answers.latencies.json(seconds_);
      text.insert(text.size() - 1, ",\"with_retry_after\":" + std::to_string(answers.with_retry_after));
      std::printf("%s\"%d\":%s", comma, status, text.c_str());
      comma = ",";
    }
    std::puts("}}");
  }

 private:
  void open(std::size_t index) {
    auto& connection = connections_[index];
    connection = {};
    connection.descriptor = connect_to(options_.port);
    if (connection.descriptor < 0) {
      ++refused_;
      return;
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event);
    free_.push_back(index);
    ++open_;
  }

  void send_due(Clock::time_point begin) {
    const double due = std::min(seconds_since(begin), options_.seconds) * options_.rate;
    for (; static_cast<double>(sent_at_rate_) < due; ++sent_at_rate_) {
      if (free_.empty()) {
        ++missed_;
        continue;
      }
      const std::chrono::duration<double> meant(static_cast<double>(sent_at_rate_) / options_.rate);
      send(begin + std::chrono::duration_cast<Clock::duration>(meant));
    }
  }

  void send(Clock::time_point begin) {
    const auto index = free_.front();
    free_.pop_front();
    auto& connection = connections_[index];
    connection.begin = begin;
    connection.busy = true;
    const auto& request = requests_[sent_++ % requests_.size()];
    if (::send(connection.descriptor, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      end(index);
    }
  }

  // The server closed it.
  void end(std::size_t index) {
    if (connections_[index].busy) {
      ++broken_;
    } else {
      free_.erase(std::find(free_.begin(), free_.end(), index));
    }
    ::close(connections_[index].descriptor);
    --open_;
    if (!options_.stays_closed) open(index);
  }

  // Until an answer comes or the next request is due, to the microsecond: what the load comes late would count as the
  // server's.
  void wait_for_due(Clock::time_point begin) const {
    const double left = static_cast<double>(sent_at_rate_) / options_.rate - seconds_since(begin);
    const timespec most{0, static_cast<long>(std::clamp(left, 0.0, kPatience / 1e3) * 1e9)};
    pollfd answers{epoll_, POLLIN, 0};
    ::ppoll(&answers, 1, &most, nullptr);
  }

  void poll(int milliseconds) {
    std::array<epoll_event, 256> events;
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), milliseconds);
    for (int i = 0; i < count; ++i) {
      const std::size_t index = events[static_cast<std::size_t>(i)].data.u64;
      if (!receive(index)) end(index);
      if (options_.rate == 0) {
        while (!free_.empty()) send(Clock::now());
      }
    }
  }

  bool receive(std::size_t index) {
    auto& connection = connections_[index];
    const auto size = ::recv(connection.descriptor, buffer_.data(), buffer_.size(), 0);
    if (size <= 0) return false;
    connection.in.append(buffer_.data(), static_cast<std::size_t>(size));
    if (connection.expected == 0) {
      const auto end = connection.in.find("\r\n\r\n");
      if (end == std::string::npos) return true;
      const auto head = std::string_view(connection.in).substr(0, end + 2);
      const std::string length(field(head, "content-length: ", "Content-Length: "));
      connection.expected = end + 4 + std::strtoul(length.c_str(), nullptr, 10);
    }
    if (connection.in.size() >= connection.expected) take_answer(index);
    return true;
  }

  void take_answer(std::size_t index) {
    auto& connection = connections_[index];
    auto& answers = answers_[std::atoi(connection.in.c_str() + 9)];
    answers.latencies.add(seconds_since(connection.begin));
    const auto head = std::string_view(connection.in).substr(0, connection.in.find("\r\n\r\n") + 2);
    if (!field(head, "retry-after: ", "Retry-After: ").empty()) ++answers.with_retry_after;
    const bool closes = field(head, "connection: ", "Connection: ") == "close";
    connection.in.clear();
    connection.expected = 0;
    connection.busy = false;
    free_.push_back(index);
    if (closes) end(index);
  }

  Options options_;
  int epoll_;
  std::vector<std::string> requests_;
  std::vector<Connection> connections_;
  std::deque<std::size_t> free_;
  std::map<int, Answers> answers_;
  std::array<char, 65'536> buffer_{};
  std::size_t open_ = 0;
  std::size_t sent_ = 0;
  std::size_t sent_at_rate_ = 0;
  std::size_t missed_ = 0;
  std::size_t broken_ = 0;
  std::size_t refused_ = 0;
  double seconds_ = 0;
};

bool parse(int count, char** words, Options& options) {
  if (count < 6) return false;
  options.port = std::atoi(words[1]);
  options.path = words[2];
  options.connections = static_cast<std::size_t>(std::atol(words[3]));
  options.seconds = std::min(std::atof(words[4]), kLongest);
  for (int i = 5; i < count; ++i) {
    const std::string_view word = words[i];
    const bool has_value = i + 1 < count;
    if (word == "--stay-closed") {
      options.stays_closed = true;
    } else if (word == "--rate" && has_value) {
      options.rate = std::atof(words[++i]);
    } else if (word == "--field" && has_value) {
      options.fields += std::string(words[++i]) + "\r\n";
    } else {
      options.bodies.emplace_back(word);
    }
  }
  return options.connections > 0 && !options.bodies.empty();
}

}  // namespace

int main(int count, char** words) {
  Options options;
  if (!parse(count, words, options)) {
    std::fputs("usage: http_load PORT PATH CONNECTIONS SECONDS [--rate N] [--field \"A: b\"] [--stay-closed] BODY...\n",
               stderr);
    return 2;
  }
  ::prctl(PR_SET_TIMERSLACK, 1);  // sleeps end when they should
  Load load(std::move(options));
  if (!load.connected()) {
    std::perror("http_load: connect");
    return 1;
  }
  load.run();
  load.report();
  return 0;
}
