#include "remote/client.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <random>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "net/http_client.hpp"
#include "net/masked.hpp"
#include "remote/status_error.hpp"

namespace akidb::embedding::remote {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kBytesOfRow = std::size_t{1} << 20U;  // 65,536 values are fewer
constexpr milliseconds kLook{20};                           // between looks at the token while waiting

// A whole body, up to a bound.
class BodyText final : public net::BodySink {
 public:
  explicit BodyText(std::size_t most) : most_(most) {}
  Result<void> begin(const net::HttpResponse& /*response*/) override { return {}; }
  Result<void> write(std::span<const std::byte> bytes) override {
    if (text.size() + bytes.size() > most_) {
      return Error{ErrorCode::data_corrupt,
                   "the server's answer: expected at most " + std::to_string(most_) + " bytes, found more",
                   {},
                   {}};
    }
    text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  std::string text;

 private:
  std::size_t most_;
};

double random_share() {
  thread_local std::minstd_rand engine(std::random_device{}());
  return std::uniform_real_distribution<double>(0, 1)(engine);
}

std::string seconds_text(milliseconds time) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(time.count()) / 1000);
  return text.data();
}

}  // namespace

struct Client::Connection {
  explicit Connection() : http({.user_agent = "akidb-embedding", .keep_going = [this] { return keep_going(); }}) {}
  std::function<bool()> keep_going = [] { return true; };
  net::HttpClient http;
};

struct Client::Attempt {
  std::optional<Answer> answer{};
  Error error{};
  bool may_pass = false;
  std::optional<std::chrono::seconds> retry_after{};
  CircuitBreaker::Outcome outcome = CircuitBreaker::Outcome::answered;
};

Client::Client(ClientOptions options) : options_(std::move(options)), breaker_(options_.failures, options_.rest) {}

Client::~Client() = default;

std::unique_ptr<Client::Connection> Client::take_connection() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return std::make_unique<Connection>();
}

std::optional<Error> Client::ended(const Limits& limits) const {
  if (closing_.load()) return Error{ErrorCode::unavailable, "the provider is closing", {}, {}};
  if (limits.cancel.cancelled()) return Error{ErrorCode::cancelled, "the request was cancelled", {}, {}};
  if (limits.deadline && Clock::now() >= *limits.deadline) {
    return Error{ErrorCode::deadline_exceeded, "the deadline passed before the server's answer was there", {}, {}};
  }
  return std::nullopt;
}

std::optional<Error> Client::wait(milliseconds time, const Limits& limits) const {
  const auto until = Clock::now() + time;
  if (limits.deadline && *limits.deadline < until) {
    return Error{ErrorCode::deadline_exceeded, "the deadline is before the next attempt", {}, {}};
  }
  while (Clock::now() < until) {
    if (auto error = ended(limits)) return error;
    std::this_thread::sleep_for(std::min(kLook, std::chrono::ceil<milliseconds>(until - Clock::now())));
  }
  return std::nullopt;
}

Client::Attempt Client::attempt(const std::string& body, std::size_t inputs, const Limits& limits) {
  using Outcome = CircuitBreaker::Outcome;
  net::HttpRequest request{options_.url, {{"Content-Type", "application/json"}}};
  if (!options_.key.empty()) request.headers.emplace_back("Authorization", "Bearer " + options_.key);
  if (!limits.trace_parent.empty()) request.headers.emplace_back("traceparent", limits.trace_parent);
  if (!limits.trace_state.empty()) request.headers.emplace_back("tracestate", limits.trace_state);
  request.post = body;
  request.timeout = options_.timeout;
  if (limits.deadline) {
    const auto left = std::chrono::ceil<milliseconds>(*limits.deadline - Clock::now());
    request.timeout = std::clamp(left, milliseconds(1), options_.timeout);
  }
  // A model may think for long without a byte.
  request.stall_timeout = std::chrono::ceil<std::chrono::seconds>(options_.timeout) + std::chrono::seconds(1);

  BodyText text(kBytesOfRow * (inputs + 1));
  auto connection = take_connection();
  connection->keep_going = [&] { return !ended(limits).has_value(); };
  auto outcome = connection->http.perform(request, text);
  connection->keep_going = [] { return true; };
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }

  Attempt attempt;
  if (auto error = outcome.end == net::HttpEnd::complete ? std::nullopt : ended(limits)) {
    attempt.error = *std::move(error);
    attempt.outcome = Outcome::abandoned;
    return attempt;
  }
  if (outcome.end != net::HttpEnd::complete) {
    attempt.error = *std::move(outcome.error);
    attempt.may_pass = outcome.end == net::HttpEnd::unreachable || outcome.end == net::HttpEnd::interrupted;
    attempt.outcome = Outcome::failed;
    return attempt;
  }
  const int status = outcome.response.status;
  if (status >= 200 && status < 300) {
    auto answer = read_answer(*options_.wire, text.text, inputs);
    if (answer) {
      attempt.answer = *std::move(answer);
    } else {
      attempt.error = std::move(answer).error();
    }
    return attempt;
  }
  // What is said of a key may hold a part of it.
  const bool is_about_key = status == 401 || status == 403;
  attempt.error = status_error(status, options_.url.host,
                               is_about_key ? "" : net::masked(server_words(text.text), options_.key, "[key]"));
  attempt.may_pass = may_pass(status);
  attempt.retry_after = outcome.response.retry_after;
  attempt.outcome = is_failure(status) ? Outcome::failed : Outcome::answered;
  return attempt;
}

Result<Answer> Client::call(const std::string& body, std::size_t inputs, const Limits& limits) {
  std::optional<Error> last;
  for (std::uint32_t number = 1;; ++number) {
    if (auto error = ended(limits)) return *std::move(error);
    if (auto admitted = breaker_.admit(Clock::now()); !admitted) return last ? *last : std::move(admitted).error();
    Attempt attempt = this->attempt(body, inputs, limits);
    breaker_.record(attempt.outcome, Clock::now());
    if (attempt.answer) return *std::move(attempt.answer);
    if (!attempt.may_pass) return attempt.error;
    const auto time = options_.backoff.before(number, attempt.retry_after, random_share());
    if (!time) {
      if (attempt.retry_after) {
        attempt.error.message += "; it asks to wait " + std::to_string(attempt.retry_after->count()) + " s";
      }
      return attempt.error;
    }
    base::log(LogLevel::warning, attempt.error.message + "; trying again in " + seconds_text(*time));
    last = std::move(attempt.error);
    if (auto error = wait(*time, limits)) {
      error->detail = last->message;
      return *std::move(error);
    }
  }
}

}  // namespace akidb::embedding::remote
