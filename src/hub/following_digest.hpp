// The digest of a file that is being written, computed behind the writer.
#pragma once

#include <akidb/embedding/result.hpp>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/digest.hpp"
#include "hub/repository.hpp"

namespace akidb::embedding::hub {

// Reads the file itself, on a thread of its own, so that what is checked is what was written, and hashing costs no
// time where there is a second core. Used by one thread; the descriptor must outlive it.
class FollowingDigest {
 public:
  // Of a blob of this name and size: sha256, or git's sha1.
  FollowingDigest(int descriptor, const RepoFile& file);
  ~FollowingDigest();
  FollowingDigest(const FollowingDigest&) = delete;
  FollowingDigest& operator=(const FollowingDigest&) = delete;

  // The file has its first `size` bytes.
  void advance(std::uint64_t size);

  // The file was emptied.
  void restart();

  // The digest of what advance() has told; waits for it.
  Result<std::string> finish();

 private:
  void follow();
  [[nodiscard]] base::Digest fresh() const;

  int descriptor_;
  bool is_sha256_;
  std::uint64_t whole_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t written_ = 0;
  std::uint64_t told_ = 0;  // when the thread was woken last
  std::uint64_t generation_ = 0;
  bool ended_ = false;
  bool abandoned_ = false;
  std::optional<Error> failure_{};
  std::string digest_{};
  std::thread thread_;
};

// Of a file of the cache, as its name asks for. Errors of reading it.
Result<std::string> digest_of(int descriptor, const RepoFile& file);

}  // namespace akidb::embedding::hub
