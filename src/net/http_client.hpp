// One HTTP request at a time, over libcurl: the only place where this library opens a socket.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/url.hpp"

namespace akidb::embedding::net {

struct HttpOptions {
  std::string user_agent;
  std::chrono::seconds connect_timeout{10};

  // Asked some times a second, while waiting too: false ends the request as `stopped`.
  std::function<bool()> keep_going{};
};

struct HttpRequest {
  Url url;
  std::vector<std::pair<std::string, std::string>> headers;
  bool head = false;  // HEAD in place of GET

  // POST with this body in place of GET. Its kind is among the headers.
  std::optional<std::string> post{};

  // Fewer than 1,024 bytes a second for so long is an end.
  std::chrono::seconds stall_timeout{10};
  // For the whole of it; 0: none.
  std::chrono::milliseconds timeout{0};
};

struct HttpResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case, in their order
  // A number of seconds, or a date that lies ahead; a year stands for all that is longer.
  std::optional<std::chrono::seconds> retry_after{};

  // The first of this name (in lower case), or null.
  [[nodiscard]] const std::string* find(std::string_view name) const noexcept;
  [[nodiscard]] std::optional<std::uint64_t> content_length() const noexcept;
};

// Where a body goes. An error of it ends the request.
class BodySink {
 public:
  BodySink() = default;
  BodySink(const BodySink&) = delete;
  BodySink& operator=(const BodySink&) = delete;
  virtual ~BodySink() = default;

  // Once, before the first byte, when all headers are there; also where there is no body.
  virtual Result<void> begin(const HttpResponse& response) = 0;
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
};

enum class HttpEnd : std::uint8_t {
  complete,     // an answer, whatever its status
  unreachable,  // no connection: no address, nobody listens, a proxy that refuses
  interrupted,  // it began and broke, stalled or was cut short: may do better another time
  rejected,     // no trust (TLS), no HTTP, or headers out of bounds: will not
  sink,         // the sink's own error
  stopped,      // `keep_going` said so
};

struct HttpOutcome {
  HttpEnd end = HttpEnd::complete;
  HttpResponse response;         // as far as it came
  std::optional<Error> error{};  // unless complete
};

// Not thread-safe; connections are kept and used again. Redirects are not followed, bodies are not decoded, cookies
// are not kept. The proxy comes from the environment as libcurl reads it ($https_proxy, $HTTPS_PROXY, $http_proxy,
// $ALL_PROXY, $NO_PROXY), but never for this machine itself; certificates are those of $SSL_CERT_FILE and
// $SSL_CERT_DIR, else the system's. TLS 1.2 at least.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);
  ~HttpClient();
  HttpClient(HttpClient&& other) noexcept;
  HttpClient& operator=(HttpClient&&) = delete;

  HttpOutcome perform(const HttpRequest& request, BodySink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace akidb::embedding::net
