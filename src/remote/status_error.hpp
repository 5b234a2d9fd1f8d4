// What an HTTP status means for a call.
#pragma once

#include <akidb/embedding/error.hpp>
#include <string>

namespace akidb::embedding::remote {

// Of a status that is no success. `words` are the server's own, already fit to be shown; they become the detail.
Error status_error(int status, const std::string& host, std::string words);

// Whether the same call may do better later.
bool may_pass(int status) noexcept;

// Whether the server is ill, rather than refusing this call.
bool is_failure(int status) noexcept;

}  // namespace akidb::embedding::remote
