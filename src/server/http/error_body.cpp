#include "server/http/error_body.hpp"

#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

std::string_view openai_type(int status) {
  if (status == 401) return "authentication_error";
  if (status == 429) return "rate_limit_error";
  return status >= 500 ? "server_error" : "invalid_request_error";
}

// The field that the message begins with, as in "input[3]: expected ...".
std::string_view field_of(std::string_view message) {
  const auto colon = message.find(": ");
  const auto end = message.find_first_of("[:. ");
  if (colon > 64 || message[end] == ' ') return {};  // also where there is no colon
  return message.substr(0, end);
}

std::string_view openai_code(const Refusal& refusal) {
  if (refusal.error.code == ErrorCode::not_found && refusal.reason == Reason::none) return "model_not_found";
  if (refusal.error.code == ErrorCode::unauthenticated) return "invalid_api_key";
  if (refusal.reason == Reason::overloaded || refusal.reason == Reason::rate_limited) return "rate_limit_exceeded";
  return {};
}

std::string or_null(std::string_view text) { return text.empty() ? "null" : json_string(text); }

std::string openai_body(int status, const Refusal& refusal) {
  const bool names_field = refusal.error.code == ErrorCode::invalid_argument;
  return "{\"error\":{\"message\":" + json_string(refusal.error.message) + ",\"type\":\"" +
         std::string(openai_type(status)) +
         "\",\"param\":" + or_null(names_field ? field_of(refusal.error.message) : std::string_view()) +
         ",\"code\":" + or_null(openai_code(refusal)) + "}}";
}

std::string_view tei_type(const Refusal& refusal) {
  if (refusal.reason == Reason::empty_batch) return "Empty";
  switch (refusal.error.code) {
    case ErrorCode::invalid_argument: return "Validation";
    case ErrorCode::resource_exhausted: return "Overloaded";
    case ErrorCode::unavailable: return "Unhealthy";
    default: return "Backend";
  }
}

std::string own_body(const Refusal& refusal) {
  std::string body = "{\"error\":{\"code\":\"" + std::string(error_code_info(refusal.error.code).name) + "\"";
  if (refusal.reason != Reason::none) body += ",\"reason\":\"" + std::string(to_string(refusal.reason)) + "\"";
  body += ",\"message\":" + json_string(refusal.error.message);
  if (refusal.error.input_index) body += ",\"input_index\":" + std::to_string(*refusal.error.input_index);
  return body + "}}";
}

}  // namespace

std::string error_body(Family family, int status, const Refusal& refusal) {
  const std::string message = json_string(refusal.error.message);
  switch (family) {
    case Family::openai: return openai_body(status, refusal);
    case Family::tei: return "{\"error\":" + message + ",\"error_type\":\"" + std::string(tei_type(refusal)) + "\"}";
    case Family::cohere: return "{\"message\":" + message + "}";
    case Family::jina: return "{\"detail\":" + message + "}";
    case Family::ollama:
    case Family::kserve: return "{\"error\":" + message + "}";
    case Family::own: break;
  }
  return own_body(refusal);
}

}  // namespace akidb::embedding::server
