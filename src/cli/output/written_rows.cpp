#include "cli/output/written_rows.hpp"

#include <algorithm>
#include <vector>

namespace akidb::embedding::cli {
namespace {

constexpr std::uint64_t kPiece = 1U << 20U;

}  // namespace

WrittenRows::WrittenRows(const std::string& output, std::uint64_t head_bytes)
    : stream_(output, std::ios::binary), at_(head_bytes) {
  stream_.seekg(static_cast<std::streamoff>(head_bytes));
}

bool WrittenRows::hold(const Checkpoint& checkpoint) {
  std::vector<char> piece(std::min(kPiece, std::max(checkpoint.output_bytes, at_) - at_));
  while (at_ < checkpoint.output_bytes) {
    const auto wanted = std::min<std::uint64_t>(piece.size(), checkpoint.output_bytes - at_);
    if (!stream_.read(piece.data(), static_cast<std::streamsize>(wanted))) return false;
    digest_ = digest_of({piece.data(), static_cast<std::size_t>(wanted)}, digest_);
    at_ += wanted;
  }
  return stream_ && at_ == checkpoint.output_bytes && digest_ == checkpoint.output_digest;
}

}  // namespace akidb::embedding::cli
