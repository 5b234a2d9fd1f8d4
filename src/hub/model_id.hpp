// Names of models and of their revisions, as the hub has them.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>
#include <string_view>

namespace akidb::embedding::hub {

//   id   = [organisation "/"] name, at most 96 characters
//   part = letters, digits, ".", "_", "-"; neither "." nor "-" at an end, neither ".." nor "--" inside
//
// What passes is safe as a path below a folder. invalid_argument for all else.
Result<void> check_model_id(std::string_view id);

// A branch, a tag, or a commit: parts of letters, digits, ".", "_", "-", joined by "/"; none is "." or "..".
Result<void> check_revision(std::string_view revision);

// 40 lower-case hexadecimal digits.
bool is_commit(std::string_view revision) noexcept;

// The folder of a model in the hub's cache: "models--organisation--name".
std::string hub_folder_name(std::string_view id);

}  // namespace akidb::embedding::hub
