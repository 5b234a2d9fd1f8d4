// HeadScanner: finds the end of a request's head and refuses heads that proxies and servers read differently.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace akidb::embedding::server {

struct HttpLimits {
  std::size_t line = 8'192;  // request line, and each header field
  std::size_t fields = 100;
  std::size_t head = 65'536;  // in all
  std::size_t chunks = 65'536;
  std::size_t body = std::size_t{32} << 20U;
};

// Sees a growing buffer and looks at each byte once. Lines end in CR LF only; a line that begins with white space
// (a folded field), a bare CR or a NUL is malformed.
class HeadScanner {
 public:
  enum class Outcome : std::uint8_t { more, found, malformed, uri_too_long, too_large };

  explicit HeadScanner(const HttpLimits& limits) : limits_(&limits) {}

  // `buffer` begins where the head does, and holds all that it held at the last call.
  Outcome scan(std::string_view buffer);

  // Bytes of the head with its last line; after `found`.
  [[nodiscard]] std::size_t size() const noexcept { return line_begin_; }
  void reset() noexcept { *this = HeadScanner(*limits_); }

 private:
  Outcome end_line(std::string_view line);

  const HttpLimits* limits_;
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;
  std::size_t lines_ = 0;
};

}  // namespace akidb::embedding::server
