#include "cli/output/row_file.hpp"

#include <filesystem>
#include <system_error>

namespace akidb::embedding::cli {
namespace {

// Whether a run with --resume has something to go on with. A run that was ended before its journal was whole has left
// an empty file, which is written anew.
bool is_begun(const std::string& path) {
  std::error_code failure;
  if (!std::filesystem::exists(path, failure)) return false;
  return std::filesystem::file_size(path, failure) != 0 || failure || Journal::names_a_job(path);
}

}  // namespace

Result<RowFile> RowFile::open(std::unique_ptr<RowFormat> format, const RowFileOptions& options) {
  if (options.path != "-") {
    if (auto free = Journal::check_place(options.path); !free) return free.error();
  }
  const bool go_on = options.resume && options.path != "-" && is_begun(options.path);
  const std::uint64_t lost = options.path == "-" || go_on ? 0 : unfinished_rows(options.path);
  auto file = OutputFile::open(options.path, go_on ? OpenMode::go_on : OpenMode::anew);
  if (!file) return file.error();
  if (format->head_changes() && !file->can_seek()) {
    return Error{ErrorCode::invalid_argument,
                 file->name() +
                     ": the format counts its rows at the beginning, which a pipe cannot take; expected --output FILE",
                 {},
                 {}};
  }
  RowFile rows(std::move(format), *std::move(file));
  rows.overwritten_ = lost;
  auto ready = go_on ? rows.go_on(options) : rows.begin(options);
  if (!ready) return ready.error();
  return rows;
}

Result<void> RowFile::begin(const RowFileOptions& options) {
  if (options.journal && options.path != "-" && file_.can_seek()) {
    auto journal = Journal::create(options.path, options.job);
    if (!journal) return journal.error();
    journal_.emplace(*std::move(journal));
  } else if (options.path != "-") {
    std::error_code ignored;
    std::filesystem::remove(journal_path(options.path), ignored);  // of a job whose rows are gone now
  }
  if (auto written = file_.write(format_->head(0)); !written) return written.error();
  last_.output_bytes = file_.size();
  return {};
}

Result<void> RowFile::go_on(const RowFileOptions& options) {
  auto reopened = Journal::reopen(options.path, options.job, format_->head(0).size());
  if (!reopened) return reopened.error();
  last_ = reopened->last;
  lost_ = reopened->lost_rows;
  journal_.emplace(std::move(reopened->journal));
  if (last_.output_bytes == 0) {  // it ended before its first checkpoint
    if (auto cut = file_.cut(0); !cut) return cut.error();
    if (auto written = file_.write(format_->head(0)); !written) return written.error();
    last_.output_bytes = file_.size();
    return {};
  }
  if (auto cut = file_.cut(last_.output_bytes); !cut) return cut.error();
  return file_.write_at(0, format_->head(last_.rows));
}

void RowFile::add(const Row& row) {
  format_->append(row, last_.rows + pending_rows_, pending_);
  ++pending_rows_;
}

Result<void> RowFile::commit(const InputPosition& input, std::uint64_t skipped) {
  auto written = file_.write(pending_);
  const auto digest = digest_of(pending_, last_.output_digest);
  pending_.clear();
  const Checkpoint before = last_;
  if (written) {
    last_ = {input, last_.rows + std::exchange(pending_rows_, 0), skipped, file_.size(), digest};
    if (journal_) written = journal_->add(last_);
  }
  if (written) return write_head();
  last_ = before;
  pending_rows_ = 0;
  if (file_.can_seek()) {
    auto cut = file_.cut(last_.output_bytes);
    if (!cut) return cut.error();
  }
  return written;
}

Result<void> RowFile::write_head() {
  if (!format_->head_changes()) return {};
  return file_.write_at(0, format_->head(last_.rows));
}

Result<void> RowFile::finish(bool complete) {
  if (auto written = file_.write(format_->tail(last_.rows)); !written) return written.error();
  if (!complete || !journal_) return {};
  // Without its journal a file counts as whole.
  if (auto synced = file_.sync(); !synced) return synced;
  journal_->remove();
  return {};
}

}  // namespace akidb::embedding::cli
