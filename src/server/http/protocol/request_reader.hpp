// RequestReader: bytes of a connection in, whole requests out. Knows no socket.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "server/api/refusal.hpp"
#include "server/http/protocol/head_scanner.hpp"
#include "server/http/protocol/request.hpp"

namespace akidb::embedding::server {

class RequestReader {
 public:
  enum class State : std::uint8_t { head, body, complete, failed };

  // The limits must outlive the reader.
  explicit RequestReader(const HttpLimits& limits);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Takes what it can of `buffer`, which begins behind the bytes taken so far, and says how much that was.
  std::size_t feed(std::string_view buffer);

  [[nodiscard]] State state() const noexcept { return state_; }

  // Whether the client waits for a "100 Continue" before it sends the body.
  [[nodiscard]] bool wants_continue() const noexcept { return state_ == State::body && wants_continue_; }
  void sent_continue() noexcept { wants_continue_ = false; }

  // After `failed`. The connection has to be closed: where the next request begins is not known.
  [[nodiscard]] const Refusal& problem() const noexcept { return problem_; }

  // After `complete`: the request; the reader is ready for the next. After `failed`: what is known of it.
  Request take();

 private:
  class Parser;
  std::size_t feed_head(std::string_view buffer);
  std::size_t feed_body(std::string_view buffer);
  void fail(Reason reason, std::string message);
  [[nodiscard]] bool check_head();

  const HttpLimits& limits_;
  State state_ = State::head;
  HeadScanner scanner_;
  std::unique_ptr<Parser> parser_;
  bool wants_continue_ = false;
  Refusal problem_;
};

}  // namespace akidb::embedding::server
