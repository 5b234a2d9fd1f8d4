#include "cli/input/chunk_reader.hpp"

#include <algorithm>
#include <cstring>
#include <string>

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kChunk = 256 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<bool> ChunkReader::more() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < kChunk / 2) buffer_.resize(std::max(buffer_.size() * 2, kChunk));
  const auto got = source_->read(std::span(buffer_).subspan(end_));
  if (!got) return got.error();
  end_ += *got;
  ended_ = *got == 0;
  if (!started_ && *got > 0) {
    started_ = true;
    if (auto skipped = skip_byte_order_mark(); !skipped) return skipped.error();
  }
  return *got > 0;
}

Result<void> ChunkReader::skip_byte_order_mark() {
  while (window().size() < kByteOrderMark.size() && kByteOrderMark.starts_with(window())) {
    const auto got = more();
    if (!got) return got.error();
    if (!*got) return {};
  }
  if (window().starts_with(kByteOrderMark)) consume(kByteOrderMark.size());
  return {};
}

void ChunkReader::consume(std::size_t bytes) {
  position.bytes += bytes;
  position.digest = digest_of(window().substr(0, bytes), position.digest);
  begin_ += bytes;
}

Result<void> ChunkReader::go_to(const InputPosition& target) {
  while (position.bytes < target.bytes) {
    const auto step = std::min<std::uint64_t>(target.bytes - position.bytes, window().size());
    consume(static_cast<std::size_t>(step));
    if (position.bytes == target.bytes) break;
    const auto got = more();
    if (!got) return got.error();
    if (!*got) break;
  }
  if (position.bytes != target.bytes || position.digest != target.digest) {
    return Error{
        ErrorCode::invalid_argument,
        source_->name() + ": its first " + std::to_string(target.bytes) +
            " bytes are not those that the unfinished run read; resume with the same input, or without --resume",
        {},
        {}};
  }
  position = target;
  return {};
}

}  // namespace akidb::embedding::cli
