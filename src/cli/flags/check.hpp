// Whether a value suits its flag, whatever it came from.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>
#include <string_view>

#include "cli/flags/flag.hpp"

namespace akidb::embedding::cli {

// `origin` says where the value stood: "--format", "AKIDB_EMBED_FORMAT", "akidb.toml: format".
// invalid_argument with what is allowed and what came. Toggles are "true" or "false" afterwards ("1", "on", "yes"
// and their opposites are taken too).
Result<std::string> checked_value(const Flag& flag, std::string_view value, std::string_view origin);

}  // namespace akidb::embedding::cli
