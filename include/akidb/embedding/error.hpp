// Errors as values: one short vocabulary of codes, and the table that maps each code to an
// AkiDB error name, an HTTP status, a gRPC status and a process exit code.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace akidb::embedding {

enum class ErrorCode {
  invalid_argument,    // the caller's input is wrong; the same call will fail again
  not_found,           // a model, a file or a name that is not there
  unsupported,         // understood, but this library or this build cannot do it
  unauthenticated,     // a key or token is missing or wrong
  resource_exhausted,  // a bound is reached (queue, memory, disk); try again later
  unavailable,         // a device, a peer or this provider cannot serve now
  deadline_exceeded,   // the request's deadline passed before its vectors were there
  data_corrupt,        // a file or an answer breaks its format
  cancelled,           // the caller cancelled the request
  internal,            // a bug of this library
};

struct Error {
  ErrorCode code = ErrorCode::internal;

  // What was expected, what came, and which field or input. Names no path but what the caller gave (a model's folder),
  // and no internal name, so that it may be shown to the caller.
  std::string message{};

  // Paths and system errors, for the log and the local terminal. Often empty.
  std::string detail{};

  // Index in BatchEmbeddingRequest::inputs, when one input is at fault.
  std::optional<std::size_t> input_index{};

  friend bool operator==(const Error&, const Error&) = default;
};

struct ErrorCodeInfo {
  ErrorCode code;
  std::string_view name;        // "invalid_argument"
  std::string_view akidb_name;  // "InvalidInput"; "-" where AkiDB has none
  int http_status;
  std::string_view grpc_status;  // "INVALID_ARGUMENT"
  int grpc_code;                 // the number that goes over the wire
  int exit_code;
};

// The row of `code`. A wire format with rules of its own keeps its own map over the same codes.
const ErrorCodeInfo& error_code_info(ErrorCode code) noexcept;

// All rows, in the order of the enumeration.
std::span<const ErrorCodeInfo> error_code_table() noexcept;

// "invalid_argument: inputs[3] is not valid UTF-8 (byte 17)", and the detail in brackets behind it.
std::string to_string(const Error& error);

}  // namespace akidb::embedding
