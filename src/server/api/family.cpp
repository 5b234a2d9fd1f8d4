#include "server/api/family.hpp"

namespace akidb::embedding::server {
namespace {

// What HTTP itself says; 0 where the error's code decides.
int status_of(Reason reason) noexcept {
  switch (reason) {
    case Reason::body_too_large: return 413;
    case Reason::head_too_large: return 431;
    case Reason::uri_too_long: return 414;
    case Reason::media_type: return 415;
    case Reason::no_route: return 404;
    case Reason::wrong_method: return 405;
    case Reason::expectation: return 417;
    case Reason::wrong_host: return 421;
    case Reason::slow_client: return 408;
    case Reason::overloaded:
    case Reason::rate_limited: return 429;
    case Reason::draining:
    case Reason::loading: return 503;
    case Reason::none:
    case Reason::malformed:
    case Reason::empty_batch:
    case Reason::too_many_inputs:
    case Reason::too_many_tokens:
    case Reason::no_head: break;
  }
  return 0;
}

// TEI: 422 for what it validates, 424 for what the model fails at or has no head for.
int tei_status(const Refusal& refusal) noexcept {
  if (refusal.reason == Reason::empty_batch || refusal.reason == Reason::malformed) return 400;
  switch (refusal.error.code) {
    case ErrorCode::invalid_argument: return 422;
    case ErrorCode::unsupported:
    case ErrorCode::data_corrupt:
    case ErrorCode::internal: return 424;
    default: return error_code_info(refusal.error.code).http_status;
  }
}

// FastAPI's 422 for a field that is wrong; 400 for a body that is no JSON.
int jina_status(const Refusal& refusal) noexcept {
  const bool is_field = refusal.error.code == ErrorCode::invalid_argument && refusal.reason != Reason::malformed;
  return is_field ? 422 : error_code_info(refusal.error.code).http_status;
}

// What gRPC itself says; 0 where the error's code decides. Numbers of google.rpc.Code.
int code_of(Reason reason) noexcept {
  constexpr int kDeadlineExceeded = 4;
  constexpr int kPermissionDenied = 7;
  constexpr int kResourceExhausted = 8;
  constexpr int kUnimplemented = 12;
  switch (reason) {
    case Reason::slow_client: return kDeadlineExceeded;
    case Reason::wrong_host: return kPermissionDenied;
    case Reason::body_too_large: return kResourceExhausted;
    case Reason::no_route: return kUnimplemented;
    default: return 0;
  }
}

}  // namespace

std::string_view to_string(Family family) noexcept {
  switch (family) {
    case Family::own: return "akidb";
    case Family::openai: return "openai";
    case Family::tei: return "tei";
    case Family::cohere: return "cohere";
    case Family::jina: return "jina";
    case Family::ollama: return "ollama";
    case Family::kserve: return "kserve";
  }
  return "";
}

// TEI: FAILED_PRECONDITION for what the model fails at or has no head for.
int grpc_code(Family family, const Refusal& refusal) noexcept {
  constexpr int kFailedPrecondition = 9;
  if (const int code = code_of(refusal.reason); code != 0) return code;
  if (family == Family::tei) {
    switch (refusal.error.code) {
      case ErrorCode::unsupported:
      case ErrorCode::data_corrupt:
      case ErrorCode::internal: return kFailedPrecondition;
      default: break;
    }
  }
  return error_code_info(refusal.error.code).grpc_code;
}

int http_status(Family family, const Refusal& refusal) noexcept {
  if (const int status = status_of(refusal.reason); status != 0) return status;
  switch (family) {
    case Family::tei: return tei_status(refusal);
    case Family::jina: return jina_status(refusal);
    case Family::own:
    case Family::openai:
    case Family::cohere:
    case Family::ollama:
    case Family::kserve: break;
  }
  return error_code_info(refusal.error.code).http_status;
}

}  // namespace akidb::embedding::server
