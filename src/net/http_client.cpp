#include "net/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <new>

#include "base/ascii.hpp"

namespace akidb::embedding::net {
namespace {

constexpr std::size_t kMaxHeaderBytes = std::size_t{64} * 1024;
constexpr long kBuffer = 512L * 1024;
constexpr long kSlowest = 1024;  // bytes a second

void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// What a request has come to, for libcurl's callbacks.
struct Exchange {
  BodySink& sink;
  const std::function<bool()>& keep_going;
  HttpResponse response;
  std::size_t header_bytes = 0;
  bool begun = false;
  bool stopped = false;
  std::optional<Error> sink_error{};
  std::optional<Error> header_error{};
  std::exception_ptr thrown{};  // must not cross libcurl

  bool begin() {
    if (begun) return true;
    begun = true;
    if (auto outcome = sink.begin(response); !outcome) sink_error = outcome.error();
    return !sink_error;
  }

  bool write(std::span<const std::byte> bytes) {
    if (!begin()) return false;
    if (auto outcome = sink.write(bytes); !outcome) sink_error = outcome.error();
    return !sink_error;
  }

  // Interim answers (100, a proxy's) begin with a status line of their own: the last one counts.
  bool header(std::string_view line) {
    header_bytes += line.size();
    if (header_bytes > kMaxHeaderBytes) {
      header_error = Error{ErrorCode::data_corrupt, "expected at most 65536 bytes of headers, found more", {}, {}};
      return false;
    }
    if (line.starts_with("HTTP/")) {
      response = {};
      const auto blank = line.find(' ');
      if (blank != std::string_view::npos) {
        std::from_chars(line.data() + blank + 1, line.data() + line.size(), response.status);
      }
      return true;
    }
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) {
      response.headers.emplace_back(base::lower_ascii(trimmed(line.substr(0, colon))), trimmed(line.substr(colon + 1)));
    }
    return true;
  }
};

template <class Work>
std::size_t guarded(Exchange& exchange, std::size_t size, const Work& work) {
  try {
    return work() ? size : CURL_WRITEFUNC_ERROR;
  } catch (...) {
    exchange.thrown = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
}

std::size_t on_body(char* data, std::size_t /*one*/, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return guarded(exchange, size, [&] { return exchange.write(std::as_bytes(std::span(data, size))); });
}

std::size_t on_header(char* data, std::size_t /*one*/, std::size_t size, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  return guarded(exchange, size, [&] { return exchange.header({data, size}); });
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& exchange = *static_cast<Exchange*>(user);
  try {
    exchange.stopped = exchange.keep_going && !exchange.keep_going();
  } catch (...) {
    exchange.thrown = std::current_exception();
    exchange.stopped = true;
  }
  return exchange.stopped ? 1 : 0;
}

HttpEnd end_of(CURLcode code) {
  switch (code) {
    case CURLE_OK: return HttpEnd::complete;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY: return HttpEnd::unreachable;
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SSL_CONNECT_ERROR: return HttpEnd::interrupted;
    default: return HttpEnd::rejected;
  }
}

Error error_of(HttpEnd end, CURLcode code, const char* words, const Url& url) {
  std::string why = words != nullptr && *words != '\0' ? words : curl_easy_strerror(code);
  const bool untrusted = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
  const ErrorCode kind = end == HttpEnd::rejected && !untrusted ? ErrorCode::data_corrupt : ErrorCode::unavailable;
  std::string message = end == HttpEnd::unreachable   ? "there is no connection to " + url.host
                        : end == HttpEnd::interrupted ? "the connection to " + url.host + " broke off or stood still"
                        : untrusted                   ? url.host +
                                          " is not trusted: its certificate does not stand up to the ones in "
                                          "SSL_CERT_FILE or of the system"
                                    : "the answer of " + url.host + " breaks the rules of HTTP";
  return {kind, std::move(message), std::move(why), {}};
}

using HeaderList = std::unique_ptr<curl_slist, decltype([](curl_slist* list) { curl_slist_free_all(list); })>;

HeaderList header_list(const HttpRequest& request) {
  curl_slist* list = nullptr;
  // Nothing that is compressed is asked for: sizes and digests are those of the content.
  for (const std::string line : {"Accept-Encoding: identity", "Accept: */*"}) {
    list = curl_slist_append(list, line.c_str());
  }
  // A body goes out at once, without asking the server first.
  if (request.post) list = curl_slist_append(list, "Expect:");
  for (const auto& [name, value] : request.headers) list = curl_slist_append(list, (name + ": " + value).c_str());
  return HeaderList(list);
}

constexpr curl_off_t kYear = 365L * 24 * 60 * 60;

// libcurl gives 0 for a number that 64 bits do not hold, as for none at all.
bool is_beyond_64_bits(std::string_view seconds) {
  const auto digits = seconds.substr(std::min(seconds.find_first_not_of('0'), seconds.size()));
  return digits.size() > 18 && digits.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::chrono::seconds> retry_after_of(CURL* curl, const HttpResponse& response) {
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) != CURLE_OK) return std::nullopt;
  const std::string* const said = response.find("retry-after");
  if (seconds == 0 && said != nullptr && is_beyond_64_bits(*said)) seconds = kYear;
  if (seconds <= 0) return std::nullopt;
  return std::chrono::seconds(std::min(seconds, kYear));
}

// Null where the variable is not set or empty.
const char* variable(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
  return value != nullptr && *value != '\0' ? value : nullptr;
}

}  // namespace

const std::string* HttpResponse::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::optional<std::uint64_t> HttpResponse::content_length() const noexcept {
  const std::string* const text = find("content-length");
  std::uint64_t number = 0;
  if (text == nullptr) return std::nullopt;
  const auto [end, problem] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (problem != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

struct HttpClient::State {
  explicit State(HttpOptions given) : options(std::move(given)), curl(curl_easy_init()) {
    if (curl == nullptr) throw std::bad_alloc();
  }
  ~State() { curl_easy_cleanup(curl); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // What is the same for every request; connections stay.
  void reset() {
    curl_easy_reset(curl);
    words.fill('\0');
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, words.data());
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    curl_easy_setopt(curl, CURLOPT_BUFFERSIZE, kBuffer);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    curl_easy_setopt(curl, CURLOPT_USERAGENT, options.user_agent.c_str());
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    // The library, unlike the program curl, leaves these two to its user.
    if (const char* file = variable("SSL_CERT_FILE")) curl_easy_setopt(curl, CURLOPT_CAINFO, file);
    if (const char* folder = variable("SSL_CERT_DIR")) curl_easy_setopt(curl, CURLOPT_CAPATH, folder);
  }

  HttpOptions options;
  CURL* curl;
  std::array<char, CURL_ERROR_SIZE> words{};
};

HttpClient::HttpClient(HttpOptions options) {
  start_curl();
  state_ = std::make_unique<State>(std::move(options));
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&& other) noexcept = default;

HttpOutcome HttpClient::perform(const HttpRequest& request, BodySink& sink) {
  CURL* const curl = state_->curl;
  state_->reset();
  Exchange exchange{sink, state_->options.keep_going, {}};
  const HeaderList headers = header_list(request);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.text.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_NOBODY, request.head ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, kSlowest);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  if (request.post) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.post->data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.post->size()));
  }
  if (request.url.is_loopback()) curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &exchange);

  const CURLcode code = curl_easy_perform(curl);
  if (exchange.thrown) std::rethrow_exception(exchange.thrown);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  exchange.response.retry_after = retry_after_of(curl, exchange.response);
  if (code == CURLE_OK) exchange.begin();
  HttpOutcome outcome;
  outcome.response = std::move(exchange.response);
  if (exchange.sink_error) {
    outcome.end = HttpEnd::sink;
    outcome.error = std::move(exchange.sink_error);
  } else if (exchange.stopped) {
    outcome.end = HttpEnd::stopped;
    outcome.error = Error{ErrorCode::cancelled, "interrupted", {}, {}};
  } else if (exchange.header_error) {
    outcome.end = HttpEnd::rejected;
    outcome.error = std::move(exchange.header_error);
  } else if (code != CURLE_OK) {
    outcome.end = end_of(code);
    outcome.error = error_of(outcome.end, code, state_->words.data(), request.url);
  }
  return outcome;
}

}  // namespace akidb::embedding::net
