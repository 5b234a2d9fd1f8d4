// What Git LFS leaves in a large file's place until it is asked for the file.
#pragma once

#include <string_view>

namespace akidb::embedding::base {

inline bool is_lfs_pointer(std::string_view content) noexcept {
  return content.starts_with("version https://") && content.substr(0, 200).find("\noid sha256:") != content.npos;
}

// Goes behind the file's name.
inline constexpr std::string_view kLfsPointer =
    "this is a pointer of Git LFS, not the file itself: `git lfs pull` in its repository brings that";

}  // namespace akidb::embedding::base
