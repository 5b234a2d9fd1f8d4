// An output with rows in it: a format, a file, and the journal that lets a later run go on.
#pragma once

#include <akidb/embedding/result.hpp>
#include <memory>
#include <optional>
#include <string>

#include "cli/output/journal.hpp"
#include "cli/output/output_file.hpp"
#include "cli/output/row_format.hpp"

namespace akidb::embedding::cli {

struct RowFileOptions {
  std::string path = "-";
  bool resume = false;
  bool journal = true;  // false: the input cannot be read again, so nothing is to be resumed
  Job job;
};

// After every commit() the file holds whole rows and, where the format has a head that counts them, the
// right head. Used by one thread.
class RowFile {
 public:
  static Result<RowFile> open(std::unique_ptr<RowFormat> format, const RowFileOptions& options);

  // Collects a row.
  void add(const Row& row);

  // Writes what was collected. On an error the file is cut back to what the last commit left.
  Result<void> commit(const InputPosition& input, std::uint64_t skipped);

  // Makes the file whole. With `complete` the journal is removed; else it stays, for a run with --resume.
  Result<void> finish(bool complete);

  [[nodiscard]] const Checkpoint& last() const noexcept { return last_; }
  [[nodiscard]] const OutputFile& file() const noexcept { return file_; }

  // Rows of an unfinished job that open() has overwritten.
  [[nodiscard]] std::uint64_t overwritten() const noexcept { return overwritten_; }

  // Rows that the unfinished job had written and that are not in the file as they were: they are to be made again.
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }
  [[nodiscard]] bool can_resume() const noexcept { return journal_.has_value(); }

 private:
  RowFile(std::unique_ptr<RowFormat> format, OutputFile file) : format_(std::move(format)), file_(std::move(file)) {}
  Result<void> begin(const RowFileOptions& options);
  Result<void> go_on(const RowFileOptions& options);
  Result<void> write_head();

  std::unique_ptr<RowFormat> format_;
  OutputFile file_;
  std::optional<Journal> journal_;
  Checkpoint last_;
  std::string pending_;
  std::uint64_t pending_rows_ = 0;
  std::uint64_t overwritten_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace akidb::embedding::cli
