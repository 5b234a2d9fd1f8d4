// Why a request gets no vectors: the library's Error, and what only an edge of the server knows about it.
#pragma once

#include <akidb/embedding/error.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace akidb::embedding::server {

enum class Reason : std::uint8_t {
  none,             // the Error's code says it all
  malformed,        // the body is not of its format
  body_too_large,   // above the body limit
  head_too_large,   // too many or too long header fields
  uri_too_long,     // the request target
  media_type,       // a Content-Type or Content-Encoding that is not taken
  no_route,         // no such path
  wrong_method,     // a path, but not with this method
  expectation,      // an Expect other than 100-continue
  empty_batch,      // a list without inputs
  too_many_inputs,  // more than the wire format publishes
  too_many_tokens,  // in all inputs together
  no_head,          // the model has no head for this task
  overloaded,       // a bound of the server is reached
  rate_limited,     // a bound of this caller is reached
  draining,         // the server is about to stop
  loading,          // the model is not warm yet
  wrong_host,       // a Host that this server does not go by
  slow_client,      // the request did not arrive in time
};

// "overloaded", as logs and metrics say it; empty for none.
std::string_view to_string(Reason reason) noexcept;

struct Refusal {
  Error error;
  Reason reason = Reason::none;
  std::chrono::seconds retry_after{0};  // 0: not said
};

// What overload, rate limits, draining and loading look like: their code goes with them.
Refusal refusal(Reason reason, std::string message, std::chrono::seconds retry_after = std::chrono::seconds(0));

// A name that nothing is served under, in every wire format.
Refusal unknown_model(std::string_view name);

inline Refusal refusal(ErrorCode code, std::string message, Reason reason = Reason::none) {
  return {Error{code, std::move(message), {}, {}}, reason, std::chrono::seconds(0)};
}

}  // namespace akidb::embedding::server
