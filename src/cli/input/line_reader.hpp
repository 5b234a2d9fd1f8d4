// Lines of a stream: ended by a line feed (a carriage return before it is dropped) or by the end.
#pragma once

#include <akidb/embedding/result.hpp>
#include <memory>
#include <optional>
#include <string_view>

#include "cli/input/chunk_reader.hpp"

namespace akidb::embedding::cli {

struct TextLine {
  std::string_view text;     // without its end; valid until the next call; empty where too_long
  std::uint64_t number = 0;  // from 1
  bool too_long = false;     // more bytes than the limit: passed over
};

class LineReader {
 public:
  LineReader(std::unique_ptr<ByteSource> source, std::size_t max_bytes)
      : chunks_(std::move(source)), max_bytes_(max_bytes) {}

  // Nothing at the end.
  Result<std::optional<TextLine>> next();

  // Whether next() returns without waiting for the source.
  [[nodiscard]] bool ready() const;

  // After the last line that next() returned.
  [[nodiscard]] InputPosition& position() noexcept { return chunks_.position; }
  [[nodiscard]] const InputPosition& position() const noexcept { return chunks_.position; }
  Result<void> go_to(const InputPosition& target) { return chunks_.go_to(target); }
  [[nodiscard]] const ByteSource& source() const noexcept { return chunks_.source(); }

 private:
  TextLine take(std::size_t length, std::size_t end_bytes);
  Result<std::optional<TextLine>> pass_over();

  ChunkReader chunks_;
  std::size_t max_bytes_;
};

}  // namespace akidb::embedding::cli
