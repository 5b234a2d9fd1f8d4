// The name of a request, in answers and in the log.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::server {

// What the client gave, where it is plain enough to be said back and logged (at most 128 letters, digits and -_.:),
// else a new one.
std::string request_id_from(std::string_view given);

// Unlike those of other processes, and of this one.
std::string new_request_id();

}  // namespace akidb::embedding::server
