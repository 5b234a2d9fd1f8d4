// A window on a stream of bytes that grows until it holds what its user looks for.
#pragma once

#include <akidb/embedding/result.hpp>
#include <memory>
#include <string_view>
#include <vector>

#include "cli/input/byte_source.hpp"
#include "cli/input/position.hpp"

namespace akidb::embedding::cli {

// A byte order mark at the beginning of the stream is passed over.
class ChunkReader {
 public:
  explicit ChunkReader(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

  // Bytes that are here and not yet consumed; valid until the next call.
  [[nodiscard]] std::string_view window() const noexcept { return {buffer_.data() + begin_, end_ - begin_}; }

  // Reads more into the window; false at the end of the stream.
  Result<bool> more();

  // Takes bytes off the window's front and counts them. The lines and records are the user's to count.
  void consume(std::size_t bytes);

  // Consumes up to where an earlier run was; invalid_argument where the bytes are others than then.
  Result<void> go_to(const InputPosition& target);

  InputPosition position;

  [[nodiscard]] const ByteSource& source() const noexcept { return *source_; }

 private:
  Result<void> skip_byte_order_mark();

  std::unique_ptr<ByteSource> source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool started_ = false;
  bool ended_ = false;  // the source is not asked again: at a terminal it could have more
};

}  // namespace akidb::embedding::cli
