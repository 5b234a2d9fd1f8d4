// Where input bytes come from: a file, standard input, or (in tests) memory.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace akidb::embedding::cli {

// Used by one thread.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Fills a part of `buffer`, at least a byte; 0 at the end. Waits for bytes, and is `cancelled` when a stop
  // signal comes meanwhile.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;

  // Whether read() would return at once.
  [[nodiscard]] virtual bool ready() const = 0;

  // All bytes there will be; nothing for a pipe or a terminal.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;

  // "texts.txt" or "standard input", for messages.
  [[nodiscard]] virtual const std::string& name() const = 0;
};

// "-" is standard input. invalid_argument where the file cannot be opened or is a folder.
Result<std::unique_ptr<ByteSource>> open_input(const std::string& path);

}  // namespace akidb::embedding::cli
