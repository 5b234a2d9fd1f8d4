#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <string>

#include "base/file.hpp"
#include "base/file_writer.hpp"
#include "hub/links.hpp"

namespace akidb::embedding::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20U;

// Among the partial downloads: a killed process leaves nothing in the snapshot, where every name is a file of the
// model.
fs::path temporary_for(const fs::path& file) {
  static std::atomic<unsigned> counter{0};
  return file.parent_path() /
         ("link-" + std::to_string(::getpid()) + "-" + std::to_string(counter.fetch_add(1)) + ".incomplete");
}

Result<void> write_copy(const fs::path& from, const fs::path& to) {
  const int source = ::open(from.c_str(), O_RDONLY | O_CLOEXEC);
  if (source < 0) return base::file_error(from, "open", errno);
  auto writer = base::FileWriter::create(to);
  Result<void> outcome = writer ? Result<void>() : Result<void>(writer.error());
  std::string piece(kPiece, '\0');
  while (outcome) {
    const ssize_t count = ::read(source, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) outcome = base::file_error(from, "read", errno);
    if (count <= 0) break;
    outcome = writer->append(std::as_bytes(std::span(piece.data(), static_cast<std::size_t>(count))));
  }
  if (outcome) outcome = writer->finish();
  ::close(source);
  return outcome;
}

}  // namespace

Result<void> put_link(const fs::path& file, const fs::path& place, bool symlinks) {
  const auto temporary = temporary_for(file);
  const auto target = file.lexically_relative(place.parent_path());
  const bool linked =
      (symlinks && ::symlink(target.c_str(), temporary.c_str()) == 0) || ::link(file.c_str(), temporary.c_str()) == 0;
  if (!linked) {
    if (auto copied = write_copy(file, temporary); !copied) return copied;
  }
  if (::rename(temporary.c_str(), place.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return base::file_error(place, "write", code);
  }
  // Renaming one hard link over another of the same file does nothing, and leaves both.
  ::unlink(temporary.c_str());
  return {};
}

}  // namespace akidb::embedding::hub
