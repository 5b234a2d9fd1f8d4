// What a user can do where the cache cannot be written.
#pragma once

#include <akidb/embedding/error.hpp>

namespace akidb::embedding::providers {

// Of an error met while something was put into the cache.
inline Error with_cache_hint(Error error) {
  // A folder on the way that is no folder is "not found" to the system.
  if (error.code == ErrorCode::not_found && error.message.starts_with("cannot create")) {
    error.code = ErrorCode::invalid_argument;
  }
  if (error.code == ErrorCode::invalid_argument || error.code == ErrorCode::resource_exhausted) {
    error.message += " (in the cache; --cache or AKIDB_EMBED_CACHE names another folder)";
  }
  return error;
}

}  // namespace akidb::embedding::providers
