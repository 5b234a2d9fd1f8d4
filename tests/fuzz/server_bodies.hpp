// What must hold for any bytes that reach the server: see bodies.hpp.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::test {

// Bytes of a connection: refused, or read as requests within their limits, the same ones in whatever pieces they come.
std::string fuzz_http_request(std::string_view bytes);

// One request as it comes, fields and all: an answer in JSON or text, and never an internal error.
std::string fuzz_http_head(std::string_view bytes);

// A path in a line of its own, then the body of a POST there: an answer that its family knows, in JSON where it has a
// body, and never an internal error.
std::string fuzz_http_body(std::string_view bytes);

// A method's path in a line of its own, then a message to it: a status that says whose fault it is.
std::string fuzz_grpc_message(std::string_view bytes);

}  // namespace akidb::embedding::test
