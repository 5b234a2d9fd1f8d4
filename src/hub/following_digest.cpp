#include "hub/following_digest.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <vector>

#include "base/file.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20U;
constexpr std::uint64_t kWake = std::uint64_t{256} * 1024;

}  // namespace

FollowingDigest::FollowingDigest(int descriptor, const RepoFile& file)
    : descriptor_(descriptor), is_sha256_(file.blob.size() == 64), whole_(file.size) {
  try {
    thread_ = std::thread([this] { follow(); });
  } catch (const std::system_error&) {
    // No thread is to be had: finish() reads the file.
  }
}

FollowingDigest::~FollowingDigest() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

// git hashes a header before the content.
base::Digest FollowingDigest::fresh() const {
  base::Digest digest(is_sha256_ ? base::DigestKind::sha256 : base::DigestKind::sha1);
  if (is_sha256_) return digest;
  digest.update("blob " + std::to_string(whole_));
  digest.update(std::string_view("\0", 1));
  return digest;
}

void FollowingDigest::advance(std::uint64_t size) {
  {
    const std::lock_guard lock(mutex_);
    written_ = size;
    if (size - told_ < kWake) return;
    told_ = size;
  }
  changed_.notify_one();
}

void FollowingDigest::restart() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  written_ = 0;
  told_ = 0;
}

Result<std::string> FollowingDigest::finish() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
  thread_.joinable() ? thread_.join() : follow();
  if (failure_) return *failure_;
  return digest_;
}

void FollowingDigest::follow() {
  try {
    std::vector<std::byte> piece(kPiece);
    auto digest = fresh();
    std::uint64_t read = 0;
    std::uint64_t generation = 0;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] {
        return abandoned_ || ended_ || (generation_ == generation && written_ >= read + kWake) ||
               (generation_ != generation && written_ >= kWake);
      });
      if (abandoned_) return;
      if (generation_ != generation) {
        generation = generation_;
        digest = fresh();
        read = 0;
      }
      if (ended_ && read == written_) break;
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, written_ - read));
      lock.unlock();
      const ssize_t count = ::pread(descriptor_, piece.data(), size, static_cast<off_t>(read));
      const int code = errno;
      if (count > 0) digest.update(std::span(piece).first(static_cast<std::size_t>(count)));
      lock.lock();
      if (generation_ != generation || (count < 0 && code == EINTR)) continue;
      if (count <= 0) {
        failure_ = base::file_error("the blob", "read", count < 0 ? code : EIO);
        return;
      }
      read += static_cast<std::uint64_t>(count);
    }
    digest_ = digest.finish();
  } catch (const std::bad_alloc&) {
    failure_ = Error{ErrorCode::resource_exhausted, "not enough memory to hash a file", {}, {}};
  }
}

Result<std::string> digest_of(int descriptor, const RepoFile& file) {
  FollowingDigest digest(descriptor, file);
  digest.advance(file.size);
  return digest.finish();
}

}  // namespace akidb::embedding::hub
