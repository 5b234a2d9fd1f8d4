#include <akidb/embedding/error.hpp>
#include <array>

namespace akidb::embedding {
namespace {

constexpr std::array kTable = {
    ErrorCodeInfo{ErrorCode::invalid_argument, "invalid_argument", "InvalidInput", 400, "INVALID_ARGUMENT", 3, 2},
    ErrorCodeInfo{ErrorCode::not_found, "not_found", "InitializationFailed", 404, "NOT_FOUND", 5, 3},
    ErrorCodeInfo{ErrorCode::unsupported, "unsupported", "InitializationFailed", 501, "UNIMPLEMENTED", 12, 4},
    ErrorCodeInfo{ErrorCode::unauthenticated, "unauthenticated", "-", 401, "UNAUTHENTICATED", 16, 5},
    ErrorCodeInfo{ErrorCode::resource_exhausted, "resource_exhausted", "ServiceUnavailable", 429, "RESOURCE_EXHAUSTED",
                  8, 6},
    ErrorCodeInfo{ErrorCode::unavailable, "unavailable", "ServiceUnavailable", 503, "UNAVAILABLE", 14, 6},
    ErrorCodeInfo{ErrorCode::deadline_exceeded, "deadline_exceeded", "ServiceUnavailable", 504, "DEADLINE_EXCEEDED", 4,
                  6},
    ErrorCodeInfo{ErrorCode::data_corrupt, "data_corrupt", "InitializationFailed", 500, "DATA_LOSS", 15, 7},
    ErrorCodeInfo{ErrorCode::cancelled, "cancelled", "-", 499, "CANCELLED", 1, 130},
    ErrorCodeInfo{ErrorCode::internal, "internal", "Internal", 500, "INTERNAL", 13, 70},
};

}  // namespace

const ErrorCodeInfo& error_code_info(ErrorCode code) noexcept { return kTable[static_cast<std::size_t>(code)]; }

std::span<const ErrorCodeInfo> error_code_table() noexcept { return kTable; }

std::string to_string(const Error& error) {
  std::string text(error_code_info(error.code).name);
  text += ": ";
  text += error.message;
  if (!error.detail.empty()) text += " (" + error.detail + ")";
  return text;
}

}  // namespace akidb::embedding
