// The path of a Unix-domain socket, before a server listens there.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>

namespace akidb::embedding::server {

// Takes away a socket that nobody listens on any more, and nothing else: what is no socket, a link to one too, is
// invalid_argument, as a path that is too long is; a socket that answers, or may, is unavailable. The message begins
// with `what`.
Result<void> free_unix_path(const std::string& path, const std::string& what);

}  // namespace akidb::embedding::server
