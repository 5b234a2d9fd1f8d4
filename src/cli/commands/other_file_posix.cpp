#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "cli/commands/options.hpp"
#include "cli/output/journal.hpp"

namespace akidb::embedding::cli {
namespace {

// What tells two names of one file from two files; nothing for what cannot be overwritten: a pipe, a device.
struct FileIdentity {
  dev_t device;
  ino_t number;
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

std::optional<FileIdentity> identity(int outcome, const struct stat& status) {
  if (outcome != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

std::optional<FileIdentity> file_at(const std::string& path) {
  struct stat status {};
  return identity(::stat(path.c_str(), &status), status);
}

std::optional<FileIdentity> file_of(int descriptor) {
  struct stat status {};
  return identity(::fstat(descriptor, &status), status);
}

}  // namespace

Result<void> check_other_file(const Values& values) {
  const std::string& input = values.text("input");
  const std::string& output = values.text("output");
  const bool from_standard = input.empty() || input == "-";
  const auto read = from_standard ? file_of(STDIN_FILENO) : file_at(input);
  if (!read) return {};
  const std::string what = from_standard ? "standard input" : "--input";
  if (output == "-") {
    if (file_of(STDOUT_FILENO) != read) return {};
    return Error{
        ErrorCode::invalid_argument, "standard output: expected another file than " + what + ", got the same", {}, {}};
  }
  if (file_at(output) == read) {
    return Error{
        ErrorCode::invalid_argument, "--output: expected another file than " + what + ", got the same", {}, {}};
  }
  if (file_at(journal_path(output)) == read) {
    return Error{ErrorCode::invalid_argument,
                 "--output: its journal would be " + journal_path(output) + ", which is the file of " + what,
                 {},
                 {}};
  }
  return {};
}

}  // namespace akidb::embedding::cli
