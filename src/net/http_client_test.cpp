#include "net/http_client.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace akidb::embedding::net {
namespace {

using testing::HasSubstr;

// Answers one connection on loopback with bytes as they are, and closes it.
class CannedServer {
 public:
  explicit CannedServer(std::string answer, bool stalls = false) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, answer = std::move(answer), stalls] { serve(answer, stalls); });
  }
  ~CannedServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;

  [[nodiscard]] Url url() const { return *parse_url("http://127.0.0.1:" + std::to_string(port_) + "/x"); }

  // What came, once the client is gone.
  std::string request() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    thread_ = std::thread([] {});
    return request_;
  }

 private:
  void serve(const std::string& answer, bool stalls) {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    char buffer[4096];
    while (request_.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      request_.append(buffer, static_cast<std::size_t>(count));
    }
    for (std::size_t sent = 0; sent < answer.size();) {
      const ssize_t count = ::send(client, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    // Until the client goes.
    if (stalls && ::recv(client, buffer, sizeof buffer, 0) > 0) request_ += "more";
    ::close(client);
  }

  int listener_;
  int port_ = 0;
  std::string request_;
  std::thread thread_;
};

class TextSink final : public BodySink {
 public:
  Result<void> begin(const HttpResponse& response) override {
    ++begun;
    status = response.status;
    return {};
  }
  Result<void> write(std::span<const std::byte> bytes) override {
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (text.size() > most) return Error{ErrorCode::data_corrupt, "too much", {}, {}};
    return {};
  }
  int begun = 0;
  int status = 0;
  std::size_t most = 1000;
  std::string text;
};

HttpOutcome get(const Url& url, TextSink& sink) {
  HttpClient client({.user_agent = "test"});
  return client.perform({.url = url, .headers = {{"X-Name", "value"}}, .stall_timeout = std::chrono::seconds(1)}, sink);
}

TEST(HttpClient, GivesStatusHeadersAndBody) {
  CannedServer server("HTTP/1.1 404 No\r\nX-Error-Code: Gone\r\nContent-Length: 3\r\nRetry-After: 7\r\n\r\nabc");
  TextSink sink;
  const auto outcome = get(server.url(), sink);
  ASSERT_EQ(outcome.end, HttpEnd::complete) << to_string(*outcome.error);
  EXPECT_EQ(outcome.response.status, 404);
  EXPECT_EQ(*outcome.response.find("x-error-code"), "Gone");
  EXPECT_EQ(outcome.response.find("x-none"), nullptr);
  EXPECT_EQ(outcome.response.content_length(), 3U);
  EXPECT_EQ(outcome.response.retry_after, std::chrono::seconds(7));
  EXPECT_EQ(sink.text, "abc");
  EXPECT_EQ(sink.begun, 1);
  const auto request = server.request();
  EXPECT_THAT(request, HasSubstr("X-Name: value\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept-Encoding: identity\r\n"));
}

TEST(HttpClient, TakesAYearForAllThatIsLonger) {
  constexpr std::chrono::hours kYear{365 * 24};
  const std::pair<std::string, std::optional<std::chrono::seconds>> cases[] = {
      {"31535999", std::chrono::seconds(31'535'999)},
      {"9223372036854775807", kYear},
      {"9223372036854775808", kYear},
      {"99999999999999999999999999", kYear},
      {"Fri, 31 Dec 9999 23:59:59 GMT", kYear},
      {"0", std::nullopt},
      {"00000000000000000000000000", std::nullopt},
      {"-99999999999999999999999999", std::nullopt},
      {"later", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& [text, expected] : cases) {
    CannedServer server("HTTP/1.1 429 No\r\nContent-Length: 0\r\nRetry-After: " + text + "\r\n\r\n");
    TextSink sink;
    EXPECT_EQ(get(server.url(), sink).response.retry_after, expected) << text;
  }
}

TEST(HttpClient, FollowsNothingAndDecodesNothing) {
  CannedServer server(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc");
  TextSink sink;
  const auto outcome = get(server.url(), sink);
  ASSERT_EQ(outcome.end, HttpEnd::complete);
  EXPECT_EQ(outcome.response.status, 302);
  EXPECT_EQ(sink.text, "abc");
}

TEST(HttpClient, BeginsWithoutABodyToo) {
  CannedServer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  TextSink sink;
  EXPECT_EQ(get(server.url(), sink).end, HttpEnd::complete);
  EXPECT_EQ(sink.begun, 1);
  EXPECT_EQ(sink.status, 200);
}

struct Case {
  std::string answer;
  bool stalls;
  HttpEnd end;
};

TEST(HttpClient, NamesTheKindsOfEnd) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  for (const auto& [answer, stalls, end] : {
           Case{"", false, HttpEnd::interrupted},
           Case{head + "Content-Length: 10\r\n\r\nabc", false, HttpEnd::interrupted},
           Case{head + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc", false, HttpEnd::interrupted},
           Case{head + "Content-Length: 10\r\n\r\nabc", true, HttpEnd::interrupted},
           Case{"", true, HttpEnd::interrupted},
           Case{"SSH-2.0-x\r\n\r\n", false, HttpEnd::rejected},
           Case{head + "X: " + std::string(70'000, 'x') + "\r\n\r\n", false, HttpEnd::rejected},
           Case{head + "Content-Length: 2000\r\n\r\n" + std::string(2000, 'x'), false, HttpEnd::sink},
           Case{head + "Transfer-Encoding: chunked\r\n\r\nzz\r\nabc", false, HttpEnd::interrupted},
       }) {
    CannedServer server(answer, stalls);
    TextSink sink;
    const auto outcome = get(server.url(), sink);
    EXPECT_EQ(outcome.end, end) << answer.substr(0, 60) << (outcome.error ? to_string(*outcome.error) : "");
    EXPECT_TRUE(outcome.error.has_value());
  }
  TextSink sink;
  EXPECT_EQ(get(*parse_url("http://127.0.0.1:1/"), sink).end, HttpEnd::unreachable);
  EXPECT_EQ(sink.begun, 0);
}

TEST(HttpClient, StopsWhenItIsTold) {
  CannedServer server("", true);
  HttpClient client({.user_agent = "test", .keep_going = [] { return false; }});
  TextSink sink;
  const auto outcome = client.perform({.url = server.url(), .headers = {}}, sink);
  EXPECT_EQ(outcome.end, HttpEnd::stopped);
  EXPECT_EQ(outcome.error->code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace akidb::embedding::net
