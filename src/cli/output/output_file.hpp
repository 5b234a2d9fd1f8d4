// Where output bytes go: a file, or standard output.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <string>
#include <string_view>

namespace akidb::embedding::cli {

enum class OpenMode {
  anew,   // what was there is gone
  go_on,  // what is there stays; it must be there
};

// Move-only, used by one thread. Errors: invalid_argument where it cannot be opened, resource_exhausted
// where the disk or a limit on the file's size is full.
class OutputFile {
 public:
  // "-" is standard output. Another process that writes the same file is an error.
  static Result<OutputFile> open(const std::string& path, OpenMode mode);

  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  // All bytes at the end of what was written.
  Result<void> write(std::string_view bytes);

  // Bytes over what is there. Only where can_seek().
  Result<void> write_at(std::uint64_t offset, std::string_view bytes);

  // Cuts, and goes on writing there. Only where can_seek().
  Result<void> cut(std::uint64_t size);

  // Makes what was written last through a power cut, where it is a regular file.
  Result<void> sync();

  // Bytes written, or there at the beginning.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  // A regular file, written from wherever: not a pipe, not a terminal, not opened to append.
  [[nodiscard]] bool can_seek() const noexcept { return can_seek_; }
  [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
  OutputFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  [[nodiscard]] Error failed(int code) const;

  int descriptor_;
  std::string name_;
  std::uint64_t base_ = 0;  // where standard output stood: others may have written before
  std::uint64_t size_ = 0;
  bool can_seek_ = false;
  bool is_terminal_ = false;
};

// A whole text to standard output.
Result<void> print(std::string_view text);

}  // namespace akidb::embedding::cli
