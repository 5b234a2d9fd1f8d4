#include "server/http/protocol/request_reader.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "base/ascii.hpp"

namespace akidb::embedding::server {
namespace http = boost::beast::http;

namespace {

using ErrorCodeOut = boost::beast::error_code&;
using Text = boost::beast::string_view;

constexpr std::size_t kFirstRoom = 65'536;  // for a body, before its bytes are there
// Bytes of the shortest last chunk. Beast asserts that it is given as many where it has seen that a chunk is the last,
// which it sees after three.
constexpr std::size_t kLastChunk = 5;

std::string lower(Text text) { return base::lower_ascii({text.data(), text.size()}); }

// What begins with the end of the chunk before begins with its own line then.
std::string_view behind_chunk_end(std::string_view buffer) {
  return buffer.starts_with("\r\n") ? buffer.substr(2) : buffer;
}

// Whether the chunk's line that a buffer begins with ends within a quoted text. Beast waits for its other end, and
// takes the chunk off the body's limit each time that it looks.
bool has_open_quote(std::string_view buffer) {
  buffer = behind_chunk_end(buffer);
  const auto end = buffer.find("\r\n");
  if (end == std::string_view::npos) return false;
  bool open = false;
  for (std::size_t at = 0; at < end; ++at) {
    if (open && buffer[at] == '\\') {
      ++at;
    } else if (buffer[at] == '"') {
      open = !open;
    }
  }
  return open;
}

// Whether what waits of a chunk's line, or of the trailer, holds an LF that no CR precedes. Beast waits for a CR LF.
bool has_bare_lf(std::string_view buffer) {
  for (auto at = buffer.find('\n'); at != std::string_view::npos; at = buffer.find('\n', at + 1)) {
    if (at == 0 || buffer[at - 1] != '\r') return true;
  }
  return false;
}

// The same of the chunk's line that a buffer begins with.
bool has_bare_lf_in_line(std::string_view buffer) {
  buffer = behind_chunk_end(buffer);
  return has_bare_lf(buffer.substr(0, buffer.find("\r\n")));
}

}  // namespace

// Beast's parser, filling a Request.
class RequestReader::Parser final : public http::basic_parser<true> {
 public:
  explicit Parser(const HttpLimits& limits) : limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.head));
    body_limit(limits.body);
    eager(true);
  }

  Request request;
  bool bad_length = false;
  bool bad_encoding = false;
  std::size_t hosts = 0;
  int http_version = 0;

 private:
  void on_request_impl(http::verb, Text method, Text target, int version, ErrorCodeOut) override {
    http_version = version;
    request.method.assign(method.data(), method.size());
    request.target.assign(target.data(), target.size());
  }
  void on_response_impl(int, Text, int, ErrorCodeOut) override {}

  void on_field_impl(http::field name, Text text, Text value, ErrorCodeOut) override {
    if (head_done_) return;  // trailers say nothing to us
    switch (name) {
      case http::field::content_length:
        // Beast takes a list of equal lengths for one; a proxy may take another.
        bad_length = bad_length || std::exchange(has_length_, true) || value.find(',') != Text::npos;
        break;
      case http::field::transfer_encoding: bad_encoding = bad_encoding || lower(value) != "chunked"; break;
      case http::field::host: ++hosts; break;
      default: break;
    }
    request.fields.emplace_back(lower(text), std::string(value.data(), value.size()));
  }

  void on_header_impl(ErrorCodeOut) override { head_done_ = true; }

  void on_body_init_impl(boost::optional<std::uint64_t> const& length, ErrorCodeOut) override {
    const std::uint64_t announced = length ? *length : 0;
    request.body.reserve(std::min<std::size_t>(announced, kFirstRoom) + kBodyPadding);
  }

  std::size_t on_body_impl(Text piece, ErrorCodeOut) override { return take(piece); }

  void on_chunk_header_impl(std::uint64_t, Text, ErrorCodeOut problem) override {
    if (++chunks_ > limits_.chunks) problem = http::error::body_limit;
  }
  std::size_t on_chunk_body_impl(std::uint64_t, Text piece, ErrorCodeOut) override { return take(piece); }
  void on_finish_impl(ErrorCodeOut) override {}

  std::size_t take(Text piece) {
    request.body.append(piece.data(), piece.size());
    return piece.size();
  }

  const HttpLimits& limits_;
  bool head_done_ = false;
  bool has_length_ = false;
  std::size_t chunks_ = 0;
};

RequestReader::RequestReader(const HttpLimits& limits) : limits_(limits), scanner_(limits) {}
RequestReader::~RequestReader() = default;

void RequestReader::fail(Reason reason, std::string message) {
  problem_ = refusal(reason, std::move(message));
  state_ = State::failed;
}

std::size_t RequestReader::feed(std::string_view buffer) {
  if (state_ == State::head) return feed_head(buffer);
  if (state_ == State::body) return feed_body(buffer);
  return 0;
}

std::size_t RequestReader::feed_head(std::string_view buffer) {
  using Outcome = HeadScanner::Outcome;
  switch (scanner_.scan(buffer)) {
    case Outcome::more: return 0;
    case Outcome::found: break;
    case Outcome::malformed: fail(Reason::malformed, "the request is not HTTP/1.1"); return 0;
    case Outcome::uri_too_long: fail(Reason::uri_too_long, "the request target is too long"); return 0;
    case Outcome::too_large:
      fail(Reason::head_too_large, "the request has too many or too long header fields");
      return 0;
  }
  parser_ = std::make_unique<Parser>(limits_);
  boost::beast::error_code problem;
  parser_->eager(false);
  const auto head = buffer.substr(0, scanner_.size());
  parser_->put(boost::asio::const_buffer(head.data(), head.size()), problem);
  parser_->request.path = path_of(parser_->request.target);
  if (problem == http::error::body_limit) {
    fail(Reason::body_too_large, "the body is larger than " + std::to_string(limits_.body) + " bytes");
    return head.size();
  }
  if ((problem && problem != http::error::need_more) || !parser_->is_header_done() || !check_head()) {
    if (state_ != State::failed) fail(Reason::malformed, "the request is not HTTP/1.1");
    return head.size();
  }
  state_ = parser_->is_done() ? State::complete : State::body;
  parser_->eager(true);
  return head.size();
}

bool RequestReader::check_head() {
  auto& request = parser_->request;
  if (parser_->bad_length || parser_->bad_encoding) return false;
  if (parser_->hosts > 1 || (parser_->hosts == 0 && parser_->http_version == 11)) return false;
  if (request.path.empty()) return false;
  request.keep_alive = parser_->keep_alive();
  const auto expect = request.field("expect");
  wants_continue_ = base::lower_ascii(expect) == "100-continue";
  if (!expect.empty() && !wants_continue_) {
    fail(Reason::expectation, "Expect: only 100-continue is known");
    return false;
  }
  const auto encoding = request.field("content-encoding");
  if (!encoding.empty() && encoding != "identity") {
    fail(Reason::media_type, "Content-Encoding: compressed bodies are not taken");
    return false;
  }
  return true;
}

std::size_t RequestReader::feed_body(std::string_view buffer) {
  boost::beast::error_code problem;
  std::size_t taken = 0;
  while (taken < buffer.size() && !parser_->is_done()) {
    const auto rest = buffer.substr(taken);
    std::size_t used = 0;
    if (parser_->chunked() && rest.size() < kLastChunk && rest.starts_with("0\r\n")) {
      problem = http::error::need_more;
    } else {
      used = parser_->put(boost::asio::const_buffer(rest.data(), rest.size()), problem);
    }
    taken += used;
    if (problem == http::error::need_more) {
      const auto waiting = rest.substr(used);
      if (!has_open_quote(waiting) && !has_bare_lf(waiting)) break;
      problem = http::error::bad_line_ending;
    }
    // What comes in pieces is refused for it before its size is known.
    if (problem == http::error::body_limit && has_bare_lf_in_line(rest.substr(used))) {
      problem = http::error::bad_line_ending;
    }
    if (problem == http::error::body_limit || problem == http::error::buffer_overflow) {
      fail(Reason::body_too_large, "the body is larger than " + std::to_string(limits_.body) + " bytes");
      return taken;
    }
    if (problem) {
      fail(Reason::malformed, "the body's chunks are malformed");
      return taken;
    }
    if (used == 0) break;
  }
  if (parser_->is_done()) state_ = State::complete;
  return taken;
}

Request RequestReader::take() {
  Request request;
  if (parser_) request = std::move(parser_->request);
  parser_.reset();
  scanner_.reset();
  state_ = State::head;
  wants_continue_ = false;
  if (request.body.capacity() < request.body.size() + kBodyPadding) {
    request.body.reserve(request.body.size() + kBodyPadding);
  }
  return request;
}

}  // namespace akidb::embedding::server
