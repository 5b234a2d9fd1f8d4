#include "remote/status_error.hpp"

#include <utility>

namespace akidb::embedding::remote {

Error status_error(int status, const std::string& host, std::string words) {
  const std::string came = " (HTTP " + std::to_string(status) + ")";
  const auto error = [&](ErrorCode code, const std::string& message) {
    return Error{code, message + came, std::move(words), {}};
  };
  switch (status) {
    case 401:
    case 403: return error(ErrorCode::unauthenticated, host + " does not accept the key, or wants one");
    case 404: return error(ErrorCode::not_found, host + " does not know the model, or speaks another wire format");
    case 405:
    case 501: return error(ErrorCode::unsupported, host + " does not offer this");
    case 413: return error(ErrorCode::invalid_argument, host + " takes no call as large as this");
    case 429: return error(ErrorCode::resource_exhausted, host + " takes no more calls now");
    default: break;
  }
  if (status >= 300 && status < 400) {
    return error(ErrorCode::unavailable, host + " sends calls elsewhere, which is not followed; name that endpoint");
  }
  if (status >= 400 && status < 500 && status != 408) {
    return error(ErrorCode::invalid_argument, host + " refuses the request");
  }
  return error(ErrorCode::unavailable, host + " cannot serve now");
}

bool may_pass(int status) noexcept { return status == 408 || status == 429 || is_failure(status); }

bool is_failure(int status) noexcept { return status >= 500 && status != 501; }

}  // namespace akidb::embedding::remote
