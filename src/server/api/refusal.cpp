#include "server/api/refusal.hpp"

#include <array>

namespace akidb::embedding::server {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  ErrorCode code;
};

constexpr std::array kRows = {
    Row{Reason::none, "", ErrorCode::internal},
    Row{Reason::malformed, "malformed", ErrorCode::invalid_argument},
    Row{Reason::body_too_large, "body_too_large", ErrorCode::invalid_argument},
    Row{Reason::head_too_large, "head_too_large", ErrorCode::invalid_argument},
    Row{Reason::uri_too_long, "uri_too_long", ErrorCode::invalid_argument},
    Row{Reason::media_type, "media_type", ErrorCode::invalid_argument},
    Row{Reason::no_route, "no_route", ErrorCode::not_found},
    Row{Reason::wrong_method, "wrong_method", ErrorCode::invalid_argument},
    Row{Reason::expectation, "expectation", ErrorCode::invalid_argument},
    Row{Reason::empty_batch, "empty_batch", ErrorCode::invalid_argument},
    Row{Reason::too_many_inputs, "too_many_inputs", ErrorCode::invalid_argument},
    Row{Reason::too_many_tokens, "too_many_tokens", ErrorCode::invalid_argument},
    Row{Reason::no_head, "no_head", ErrorCode::unsupported},
    Row{Reason::overloaded, "overloaded", ErrorCode::resource_exhausted},
    Row{Reason::rate_limited, "rate_limited", ErrorCode::resource_exhausted},
    Row{Reason::draining, "draining", ErrorCode::unavailable},
    Row{Reason::loading, "loading", ErrorCode::unavailable},
    Row{Reason::wrong_host, "wrong_host", ErrorCode::invalid_argument},
    Row{Reason::slow_client, "slow_client", ErrorCode::invalid_argument},
};

const Row& row_of(Reason reason) noexcept {
  for (const auto& row : kRows) {
    if (row.reason == reason) return row;
  }
  return kRows.front();
}

}  // namespace

std::string_view to_string(Reason reason) noexcept { return row_of(reason).name; }

Refusal unknown_model(std::string_view name) {
  return refusal(ErrorCode::not_found,
                 "model: no model \"" + std::string(name) + "\" here; GET /v1/models lists those that are");
}

Refusal refusal(Reason reason, std::string message, std::chrono::seconds retry_after) {
  return {Error{row_of(reason).code, std::move(message), {}, {}}, reason, retry_after};
}

}  // namespace akidb::embedding::server
