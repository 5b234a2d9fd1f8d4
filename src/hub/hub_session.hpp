// Questions to the hub: redirects, the token, and trying again.
#pragma once

#include <akidb/embedding/result.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "hub/hub_errors.hpp"
#include "hub/repository.hpp"
#include "hub/settings.hpp"
#include "net/http_client.hpp"

namespace akidb::embedding::hub {

// Facts of a file, as the hub's own answers on the way to it have them (never those of the host it redirects to).
struct Landing {
  net::HttpResponse response;         // the last one
  std::string commit;                 // X-Repo-Commit; empty where it is missing
  std::string etag;                   // X-Linked-Etag, else ETag, without quotes
  std::optional<std::uint64_t> size;  // X-Linked-Size
};

// Where a file goes. An error ends the download, unless wants_again() says that it is worth another try.
class DownloadSink {
 public:
  DownloadSink() = default;
  DownloadSink(const DownloadSink&) = delete;
  DownloadSink& operator=(const DownloadSink&) = delete;
  virtual ~DownloadSink() = default;

  [[nodiscard]] virtual std::uint64_t size() const = 0;     // bytes that are here: only the rest is asked for
  [[nodiscard]] virtual std::uint64_t missing() const = 0;  // bytes that are not
  [[nodiscard]] virtual bool wants_again() const = 0;
  virtual Result<void> restart() = 0;                      // from the first byte
  virtual Result<void> begin(const Landing& landing) = 0;  // status 200 or 206
  virtual Result<void> write(std::span<const std::byte> bytes) = 0;
};

// Used by one thread. Questions are asked up to five times where the hub is busy, in trouble or breaks off, after a
// pause that grows, or as long as it asks for; a download as long as bytes come.
class HubSession {
 public:
  // `keep_going` is asked about ten times a second. invalid_argument where the endpoint is no URL. No connection is
  // made yet. Must not be called offline.
  static Result<HubSession> open(HubSettings settings, std::function<bool()> keep_going);

  // The files of a model at a branch, tag or commit. Errors: those of status_error(), unavailable (no connection, no
  // trust), data_corrupt (no such answer), cancelled.
  Result<Repository> repository(const std::string& model, const std::string& revision);

  // The blob and the size of a file, by HEAD, where the list does not have them.
  Result<RepoFile> file(const std::string& model, const std::string& commit, const std::string& path);

  Result<void> download(const std::string& model, const std::string& commit, const std::string& path,
                        DownloadSink& sink);

  [[nodiscard]] const HubSettings& settings() const noexcept { return settings_; }

 private:
  enum class Asked : std::uint8_t { done, again, failed };
  struct Answer;
  class Collector;

  HubSession(HubSettings settings, net::Url endpoint, std::function<bool()> keep_going);

  [[nodiscard]] Question question(const std::string& model, const std::string& revision, std::string file = {}) const;
  [[nodiscard]] net::Url url(const std::string& path) const;
  Answer follow(const net::HttpRequest& request, DownloadSink& sink);
  Answer ask(const net::HttpRequest& request, DownloadSink& sink, const Question& question);
  Result<void> pause(int attempt, const std::optional<std::chrono::seconds>& asked_for);

  HubSettings settings_;
  net::Url endpoint_;
  std::function<bool()> keep_going_;
  net::HttpClient client_;
};

}  // namespace akidb::embedding::hub
