#include "hub/blob_download.hpp"

#include <charconv>
#include <optional>
#include <thread>

#include "base/file_lock.hpp"
#include "base/log.hpp"
#include "hub/blob_digest.hpp"
#include "hub/partial_file.hpp"
#include "hub/stream_tee.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr int kTries = 2;  // from the first byte, where what came is another file
constexpr std::chrono::milliseconds kLockPause{50};

std::string sizes(std::uint64_t expected, std::uint64_t found) {
  return "expected " + std::to_string(expected) + " bytes, found " + std::to_string(found);
}

// The first byte of "bytes 100-199/200", and the size behind the slash.
struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t whole = 0;
};

std::optional<ContentRange> content_range(const net::HttpResponse& response) {
  const std::string* const text = response.find("content-range");
  if (text == nullptr || !text->starts_with("bytes ")) return std::nullopt;
  ContentRange range;
  const char* const end = text->data() + text->size();
  const auto first = std::from_chars(text->data() + 6, end, range.first);
  const auto slash = text->find('/');
  if (first.ec != std::errc() || slash == std::string::npos) return std::nullopt;
  const auto whole = std::from_chars(text->data() + slash + 1, end, range.whole);
  return whole.ec == std::errc() ? std::optional(range) : std::nullopt;
}

// Takes the bytes of one blob and holds every answer against what the list of files says.
class BlobSink final : public DownloadSink {
 public:
  BlobSink(const Source& source, const RepoFile& file, PartialFile& partial, DownloadMeter& meter)
      : source_(source),
        file_(file),
        partial_(partial),
        meter_(meter),
        size_(partial.size()),
        digest_(start_digest(file)),
        tee_({[this](std::span<const std::byte> piece) { return hash(piece); },
              [this](std::span<const std::byte> piece) { return partial_.append(piece); }}) {
    meter_.found(size_);
  }

  // What an earlier try has left counts too.
  Result<void> hash_what_is_there() { return feed_digest(digest_, partial_.descriptor(), size_); }

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] std::uint64_t missing() const override { return file_.size - size_; }
  [[nodiscard]] bool wants_again() const override { return again_; }

  Result<void> restart() override {
    meter_.lost(size());
    if (auto flushed = flush(); !flushed) return flushed;
    if (auto cleared = partial_.clear(); !cleared) return cleared;
    size_ = 0;
    digest_ = start_digest(file_);
    return {};
  }

  Result<void> begin(const Landing& landing) override {
    again_ = false;
    if (auto same = check_same(landing); !same) return same;
    const auto& response = landing.response;
    if (response.status == 206) {
      const auto range = content_range(response);
      if (!range || range->first != size() || range->whole != file_.size) {
        return again_from_start("the hub sends another part than was asked for");
      }
    } else if (size() > 0) {
      // The range was not heeded: the file comes from its first byte.
      if (auto restarted = restart(); !restarted) return restarted;
    }
    const auto length = response.content_length();
    if (!length || *length == missing()) return {};
    return again_from_start("the size that the hub announces is another: " + sizes(missing(), *length));
  }

  Result<void> write(std::span<const std::byte> bytes) override {
    if (bytes.size() > missing()) {
      return again_from_start("more comes than the file has: " + sizes(file_.size, size() + bytes.size()));
    }
    if (auto appended = tee_.append(bytes); !appended) return give_up(appended.error());
    size_ += bytes.size();
    meter_.came(bytes.size());
    return {};
  }

  // Of the whole, which is written then.
  Result<std::string> digest() {
    if (auto flushed = flush(); !flushed) return flushed.error();
    return digest_.finish();
  }

 private:
  Result<void> hash(std::span<const std::byte> piece) {
    digest_.update(piece);
    return {};
  }

  Result<void> flush() {
    auto flushed = tee_.flush();
    return flushed ? flushed : give_up(flushed.error());
  }

  // On a full disk, what has come so far makes room.
  Result<void> give_up(const Error& error) {
    if (error.code == ErrorCode::resource_exhausted) partial_.remove();
    return error;
  }

  // An answer about another file must not be mixed into this one.
  [[nodiscard]] Result<void> check_same(const Landing& landing) const {
    const bool other_commit = !landing.commit.empty() && landing.commit != source_.commit;
    const bool other_blob = is_blob_name(landing.etag) && landing.etag != file_.blob;
    const bool other_size = landing.size && *landing.size != file_.size;
    if (other_commit || other_blob || other_size) {
      return Error{ErrorCode::data_corrupt,
                   file_.path +
                       ": the hub answers with another file than it listed: it changed in the meantime, or "
                       "the hub's answers do not fit together; try again",
                   "commit " + landing.commit + ", etag " + landing.etag,
                   {}};
    }
    const std::string* const coding = landing.response.find("content-encoding");
    if (coding == nullptr || *coding == "identity") return {};
    return Error{ErrorCode::data_corrupt, file_.path + ": came compressed, which was not asked for", *coding, {}};
  }

  Error again_from_start(const std::string& why) {
    again_ = true;
    if (auto restarted = restart(); !restarted) return restarted.error();
    return {ErrorCode::data_corrupt, file_.path + ": " + why, {}, {}};
  }

  const Source& source_;
  const RepoFile& file_;
  PartialFile& partial_;
  DownloadMeter& meter_;
  std::uint64_t size_;
  base::Digest digest_;  // the tee's, and the file too, between append() and flush()
  bool again_ = false;
  StreamTee tee_;  // the last: its threads end before what they use
};

Result<void> check_room(PartialFile& partial, const RepoFile& file) {
  const std::uint64_t room = partial.room();
  const std::uint64_t wanted = file.size - partial.size();
  if (room >= wanted) return {};
  if (partial.size() == 0) partial.remove();
  return Error{ErrorCode::resource_exhausted,
               file.path + ": expected room for " + std::to_string(wanted) + " bytes in the hub's cache, found " +
                   std::to_string(room) + ": free some, or set HF_HUB_CACHE to another disk",
               {},
               {}};
}

// One download of all that is missing, and the check of the whole. False: another file came, and is gone again.
Result<bool> download_once(HubSession& session, const CachedRepository& cache, const Source& source,
                           const RepoFile& file, DownloadMeter& meter) {
  auto partial = PartialFile::open(cache.partial(file.blob), file.size);
  if (!partial) return partial.error();
  if (auto room = check_room(*partial, file); !room) return room.error();
  BlobSink sink(source, file, *partial, meter);
  if (auto hashed = sink.hash_what_is_there(); !hashed) return hashed.error();
  if (sink.missing() > 0) {
    if (auto came = session.download(source.model, source.commit, file.path, sink); !came) return came.error();
  }
  const auto digest = sink.digest();
  if (!digest) return digest.error();
  if (*digest != file.blob) {
    base::log(LogLevel::warning, file.path + ": what came has the digest " + *digest + ", not " + file.blob);
    meter.lost(file.size);
    partial->remove();
    return false;
  }
  if (auto named = partial->finish(cache.blob(file.blob)); !named) return named.error();
  return true;
}

Result<std::optional<base::FileLock>> wait_for_lock(const CachedRepository& cache, const RepoFile& file,
                                                    DownloadMeter& meter) {
  for (bool told = false;; told = true) {
    auto lock = base::FileLock::try_acquire(cache.lock(file.blob));
    if (!lock || *lock) return lock;
    if (!told) base::log(LogLevel::info, file.path + ": waiting for another process that downloads it");
    if (!meter.tick()) return Error{ErrorCode::cancelled, "interrupted", {}, {}};
    std::this_thread::sleep_for(kLockPause);
  }
}

}  // namespace

Result<void> fetch_blob(HubSession& session, const CachedRepository& cache, const Source& source, const RepoFile& file,
                        DownloadMeter& meter) {
  meter.begin_file(file.path);
  if (!cache.has_blob(file)) {
    if (auto ready = cache.prepare(); !ready) return ready;
    const auto lock = wait_for_lock(cache, file, meter);
    if (!lock) return lock.error();
    for (int attempt = 0; !cache.has_blob(file); ++attempt) {
      const auto whole = download_once(session, cache, source, file, meter);
      if (!whole) return whole.error();
      if (*whole) return {};
      if (attempt + 1 == kTries) {
        return Error{ErrorCode::data_corrupt,
                     file.path + ": what the hub sends is not the file that it lists: its digest is another",
                     file.blob,
                     {}};
      }
    }
  }
  meter.found(file.size);
  return {};
}

}  // namespace akidb::embedding::hub
