#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/file.hpp"
#include "hub/blob_digest.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr std::size_t kPiece = std::size_t{256} * 1024;
constexpr std::size_t kSha256Digits = 64;

}  // namespace

base::Digest start_digest(const RepoFile& file) {
  if (file.blob.size() == kSha256Digits) return base::Digest(base::DigestKind::sha256);
  base::Digest digest(base::DigestKind::sha1);
  digest.update("blob " + std::to_string(file.size));
  digest.update(std::string_view("\0", 1));
  return digest;
}

Result<void> feed_digest(base::Digest& digest, int descriptor, std::uint64_t size) {
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size)));
  std::uint64_t read = 0;
  while (read < size) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), size - read));
    const ssize_t count = ::pread(descriptor, piece.data(), wanted, static_cast<off_t>(read));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::file_error("the blob", "read", errno);
    if (count == 0) {
      return Error{ErrorCode::data_corrupt,
                   "expected " + std::to_string(size) + " bytes, found " + std::to_string(read),
                   {},
                   {}};
    }
    digest.update(std::span(piece).first(static_cast<std::size_t>(count)));
    read += static_cast<std::uint64_t>(count);
  }
  return {};
}

}  // namespace akidb::embedding::hub
