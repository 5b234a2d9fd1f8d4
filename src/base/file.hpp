// Whole files: read with a bound, write so that a reader never sees a part.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace akidb::embedding::base {

// The error of a system call on a file: ENOENT is not_found; a full disk, a quota, a limit on a file's size, and want
// of memory or of file descriptors are resource_exhausted; all else is invalid_argument. The message names the file,
// the detail its path and the system's words.
Error file_error(const std::filesystem::path& path, std::string_view action, int system_code);

// Whether anything, or a regular file, is at the path. What cannot be looked at is not there.
bool is_there(const std::filesystem::path& path) noexcept;
bool is_file(const std::filesystem::path& path) noexcept;

// The whole file. More than `limit` bytes is data_corrupt: no configuration file is that large.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit);

// Device, inode, size and time of the last change, as one line: another text means another file or another
// content, without reading it. Symbolic links are followed.
Result<std::string> file_identity(const std::filesystem::path& path);

// The same and the time that the system itself keeps of the last change, which nobody sets: tells another content of
// the same size and times, too, as reproducible archives bring it. So do other permissions and another hard link.
Result<std::string> content_identity(const std::filesystem::path& path);

// Makes what was created and renamed in a folder last through a power cut.
Result<void> sync_folder(const std::filesystem::path& folder);

// Stands in the name of every temporary file that is written beside another: what a killed process left is told by it.
inline constexpr std::string_view kTemporaryMark = ".tmp.";

// Writes a temporary file beside `path`, syncs it, and renames it over `path`. On failure `path` is as it
// was and the temporary file is gone.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content);

// The same by way of `temporary`, a new file on the same file system: for folders whose readers take every file for one
// of theirs, where a killed process must leave nothing beside `path`.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view content,
                                   const std::filesystem::path& temporary);

}  // namespace akidb::embedding::base
