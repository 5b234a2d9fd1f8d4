// The key that a server wants: from the environment or from a file, and shown to nobody but the server.
#pragma once

#include <akidb/embedding/open.hpp>
#include <akidb/embedding/result.hpp>
#include <string>

#include "remote/wire.hpp"

namespace akidb::embedding::remote {

// The key that the options name, or nothing. The wire format's own variable is looked at only where calls go to its
// maker, so that no other server gets that key. Errors, none of which holds a part of the key: unauthenticated (named
// and not there, or empty), invalid_argument (two places named; characters that no header can carry), and those of
// reading a file.
Result<std::string> find_key(const RemoteOptions& options, const Wire& wire);

}  // namespace akidb::embedding::remote
