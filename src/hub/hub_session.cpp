#include "hub/hub_session.hpp"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "base/ascii.hpp"
#include "base/log.hpp"
#include "hub/redirects.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr int kAttempts = 5;
constexpr std::chrono::milliseconds kFirstPause{250};
constexpr std::chrono::seconds kLongestPause{60};  // that a hub may ask for
constexpr std::chrono::seconds kAnswerLimit{60};   // of a question, however slowly its answer comes
constexpr std::uint64_t kProgress = 64 * 1024;     // bytes that a try must bring to count as none
constexpr std::size_t kMaxAnswer = std::size_t{16} << 20U;

// `W/"..."` and `"..."` without what surrounds them.
std::string plain_etag(std::string text) {
  if (text.starts_with("W/")) text.erase(0, 2);
  std::erase(text, '"');
  return text;
}

// Takes the hub's facts from an answer of its own; the first hop that has one counts.
void take_facts(const net::HttpResponse& response, Landing& landing) {
  const auto text = [&](std::string_view name) {
    const std::string* const value = response.find(name);
    return value == nullptr ? std::string() : *value;
  };
  if (landing.commit.empty()) landing.commit = text("x-repo-commit");
  if (landing.etag.empty()) {
    const std::string linked = text("x-linked-etag");
    // A redirect's own ETag is none of the file.
    landing.etag = plain_etag(!linked.empty() || is_redirect(response.status) ? linked : text("etag"));
  }
  const std::string size = text("x-linked-size");
  if (!landing.size && !size.empty() && size.size() < 19 && size.find_first_not_of("0123456789") == std::string::npos) {
    landing.size = std::stoull(size);
  }
}

// A short text, such as JSON.
class TextSink final : public DownloadSink {
 public:
  [[nodiscard]] std::uint64_t size() const override { return 0; }
  [[nodiscard]] std::uint64_t missing() const override { return 0; }
  [[nodiscard]] bool wants_again() const override { return false; }
  Result<void> restart() override {
    text_.clear();
    return {};
  }
  Result<void> begin(const Landing& landing) override {
    const std::string* const coding = landing.response.find("content-encoding");
    if (coding != nullptr && *coding != "identity") {
      return Error{ErrorCode::data_corrupt, "the hub's answer came compressed, which was not asked for", *coding, {}};
    }
    const std::string* const type = landing.response.find("content-type");
    if (type == nullptr || !type->starts_with("text/html")) return {};
    return Error{
        ErrorCode::data_corrupt,
        "expected JSON as the hub's answer, found a web page: is there a proxy or a login page in between, and "
        "is HF_ENDPOINT a hub?",
        *type,
        {}};
  }
  Result<void> write(std::span<const std::byte> bytes) override {
    if (bytes.size() > kMaxAnswer - text_.size()) {
      return Error{ErrorCode::data_corrupt,
                   "expected at most " + std::to_string(kMaxAnswer >> 20U) +
                       " MiB as the hub's list of files, found more: no model has so many",
                   {},
                   {}};
    }
    text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return {};
  }
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace

struct HubSession::Answer {
  Asked asked = Asked::done;
  Landing landing{};
  std::optional<Error> error{};
  bool unreachable = false;
};

// Passes a body on only where it is that of a success.
class HubSession::Collector final : public net::BodySink {
 public:
  Collector(DownloadSink& sink, Landing& landing, bool own) : sink_(sink), landing_(landing), own_(own) {}

  Result<void> begin(const net::HttpResponse& response) override {
    if (own_) take_facts(response, landing_);
    landing_.response = response;
    wanted_ = response.status == 200 || response.status == 206;
    return wanted_ ? sink_.begin(landing_) : Result<void>();
  }
  Result<void> write(std::span<const std::byte> bytes) override {
    return wanted_ ? sink_.write(bytes) : Result<void>();
  }

 private:
  DownloadSink& sink_;
  Landing& landing_;
  bool own_;
  bool wanted_ = false;
};

Result<HubSession> HubSession::open(HubSettings settings, std::function<bool()> keep_going) {
  auto endpoint = net::parse_url(settings.endpoint);
  if (!endpoint) {
    auto error = endpoint.error();
    error.message = "HF_ENDPOINT: " + error.message;
    return error;
  }
  if (!settings.token.empty() && !may_send_token(*endpoint, settings.endpoint_is_set, *endpoint)) {
    base::log(LogLevel::warning, "HF_ENDPOINT is plain http: the token stays here");
  }
  return HubSession(std::move(settings), *std::move(endpoint), std::move(keep_going));
}

HubSession::HubSession(HubSettings settings, net::Url endpoint, std::function<bool()> keep_going)
    : settings_(std::move(settings)),
      endpoint_(std::move(endpoint)),
      keep_going_(std::move(keep_going)),
      client_(
          {.user_agent = "akidb-embedding", .connect_timeout = settings_.answer_timeout, .keep_going = keep_going_}) {}

Question HubSession::question(const std::string& model, const std::string& revision, std::string file) const {
  const bool sent = !settings_.token.empty() && may_send_token(endpoint_, settings_.endpoint_is_set, endpoint_);
  return {model, revision, std::move(file), settings_.endpoint, sent ? settings_.token : "", settings_.token_from};
}

net::Url HubSession::url(const std::string& path) const {
  net::Url whole = endpoint_;
  whole.text = settings_.endpoint + path;
  return whole;
}

// One try: the request and the redirects that it meets.
HubSession::Answer HubSession::follow(const net::HttpRequest& request, DownloadSink& sink) {
  Answer answer;
  net::HttpRequest hop = request;
  for (int hops = 0; hops <= kMostRedirects; ++hops) {
    hop.headers = request.headers;
    const bool own = hop.url.origin() == endpoint_.origin();
    if (!settings_.token.empty() && may_send_token(endpoint_, settings_.endpoint_is_set, hop.url)) {
      hop.headers.emplace_back("Authorization", "Bearer " + settings_.token);
    }
    Collector collector(sink, answer.landing, own);
    auto outcome = client_.perform(hop, collector);
    if (outcome.end != net::HttpEnd::complete) {
      const bool again = outcome.end == net::HttpEnd::interrupted ||
                         (outcome.end == net::HttpEnd::unreachable && hops > 0) ||
                         (outcome.end == net::HttpEnd::sink && sink.wants_again());
      answer.asked = again ? Asked::again : Asked::failed;
      answer.unreachable = outcome.end == net::HttpEnd::unreachable;
      answer.error = std::move(outcome.error);
      return answer;
    }
    const std::string* const location = outcome.response.find("location");
    if (!is_redirect(outcome.response.status) || location == nullptr) return answer;
    // The rest of a HEAD is not asked for: the hub has said all in its own answer.
    if (request.head && !answer.landing.etag.empty()) return answer;
    auto next = next_hop(hop.url, *location);
    if (!next) {
      answer.asked = Asked::failed;
      answer.error = next.error();
      return answer;
    }
    hop.url = *std::move(next);
  }
  answer.asked = Asked::failed;
  answer.error = Error{ErrorCode::data_corrupt,
                       "the hub redirects more than " + std::to_string(kMostRedirects) + " times",
                       hop.url.origin(),
                       {}};
  return answer;
}

// One try, and what its status means.
HubSession::Answer HubSession::ask(const net::HttpRequest& request, DownloadSink& sink, const Question& question) {
  auto answer = follow(request, sink);
  if (answer.asked != Asked::done) return answer;
  const int status = answer.landing.response.status;
  if (status == 200 || status == 206 || (request.head && is_redirect(status))) return answer;
  answer.error = status_error(answer.landing.response, question);
  const auto& wait = answer.landing.response.retry_after;
  answer.asked = is_passing(status) && (!wait || *wait <= kLongestPause) ? Asked::again : Asked::failed;
  return answer;
}

Result<void> HubSession::pause(int attempt, const std::optional<std::chrono::seconds>& asked_for) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  std::chrono::milliseconds wait = kFirstPause * (1 << attempt);
  wait += wait * std::uniform_int_distribution<int>(0, 25)(random) / 100;  // so that many do not come back as one
  if (asked_for) wait = std::max<std::chrono::milliseconds>(wait, *asked_for);
  const auto until = std::chrono::steady_clock::now() + wait;
  while (std::chrono::steady_clock::now() < until) {
    if (keep_going_ && !keep_going_()) return Error{ErrorCode::cancelled, "interrupted", {}, {}};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return {};
}

Result<Repository> HubSession::repository(const std::string& model, const std::string& revision) {
  net::HttpRequest request;
  // A revision is one segment of the path: its slashes are escaped too.
  std::string segment;
  for (const char c : revision) c == '/' ? segment.append("%2F") : segment.append(1, c);
  request.url = url("/api/models/" + model + "/revision/" + segment + "?blobs=true");
  request.stall_timeout = settings_.answer_timeout;
  request.timeout = kAnswerLimit;
  for (int attempt = 0;; ++attempt) {
    TextSink sink;
    const auto answer = ask(request, sink, question(model, revision));
    if (answer.asked == Asked::done) return parse_repository(sink.text());
    if (answer.asked == Asked::failed || attempt + 1 == kAttempts) return *answer.error;
    base::log(LogLevel::info, "asking the hub again: " + answer.error->message);
    if (auto waited = pause(attempt, answer.landing.response.retry_after); !waited) return waited.error();
  }
}

Result<RepoFile> HubSession::file(const std::string& model, const std::string& commit, const std::string& path) {
  net::HttpRequest request;
  request.url = url("/" + model + "/resolve/" + commit + "/" + base::escaped_path(path));
  request.stall_timeout = settings_.answer_timeout;
  request.timeout = kAnswerLimit;
  request.head = true;
  for (int attempt = 0;; ++attempt) {
    TextSink sink;
    const auto answer = ask(request, sink, question(model, commit, path));
    if (answer.asked == Asked::done) {
      const auto& landing = answer.landing;
      const auto size = landing.size ? landing.size : landing.response.content_length();
      if (is_blob_name(landing.etag) && size) return RepoFile{path, landing.etag, *size};
      return Error{ErrorCode::data_corrupt,
                   path +
                       ": expected its digest (ETag or X-Linked-Etag) and size in the hub's answer, found none: is "
                       "HF_ENDPOINT a hub?",
                   {},
                   {}};
    }
    if (answer.asked == Asked::failed || attempt + 1 == kAttempts) return *answer.error;
    if (auto waited = pause(attempt, answer.landing.response.retry_after); !waited) return waited.error();
  }
}

Result<void> HubSession::download(const std::string& model, const std::string& commit, const std::string& path,
                                  DownloadSink& sink) {
  net::HttpRequest request;
  request.url = url("/" + model + "/resolve/" + commit + "/" + base::escaped_path(path));
  request.stall_timeout = settings_.download_timeout;
  for (int attempt = 0;; ++attempt) {
    const std::uint64_t before = sink.size();
    request.headers.clear();
    if (before > 0) request.headers.emplace_back("Range", "bytes=" + std::to_string(before) + "-");
    auto answer = ask(request, sink, question(model, commit, path));
    if (answer.asked == Asked::done) {
      if (sink.missing() == 0) return {};
      answer.error = Error{ErrorCode::unavailable,
                           path + ": the hub's answer ended " + std::to_string(sink.missing()) + " bytes too early",
                           {},
                           {}};
    } else if (answer.landing.response.status == 416 && before > 0) {
      if (auto outcome = sink.restart(); !outcome) return outcome;
    } else if (answer.asked == Asked::failed && !answer.unreachable) {
      return *answer.error;
    }
    if (sink.size() >= before + kProgress) attempt = -1;
    if (attempt + 1 >= kAttempts) return *answer.error;
    base::log(LogLevel::info,
              path + ": going on after " + std::to_string(sink.size()) + " bytes: " + answer.error->message);
    if (auto waited = pause(std::max(attempt, 0), answer.landing.response.retry_after); !waited) return waited;
  }
}

}  // namespace akidb::embedding::hub
