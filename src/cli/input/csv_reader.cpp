#include "cli/input/csv_reader.hpp"

#include <algorithm>
#include <utility>

namespace akidb::embedding::cli {
namespace {

// Cuts a whole row that is not malformed.
void cut(std::string_view row, std::vector<std::string>& cells) {
  std::size_t at = 0;
  while (true) {
    std::string cell;
    if (at < row.size() && row[at] == '"') {
      do {
        const auto quote = row.find('"', ++at);
        cell.append(row, at, quote - at + 1);
        at = quote + 1;
      } while (at < row.size() && row[at] == '"');
      cell.pop_back();  // the last quote ends the cell, the others stand for themselves
    } else {
      const auto comma = std::min(row.find(',', at), row.size());
      cell = row.substr(at, comma - at);
      at = comma;
    }
    cells.push_back(std::move(cell));
    if (at >= row.size()) return;
    ++at;  // the comma
  }
}

}  // namespace

// Nothing of the row is consumed yet.
Result<CsvReader::RawRow> CsvReader::raw_row() {
  CsvRowEnd end;
  RawRow row;
  while (true) {
    const auto window = chunks_.window();
    const auto feed = end.find(window, failed_);
    const bool has_end = feed != std::string_view::npos;
    row.text = window.substr(0, feed);
    row.size = row.text.size() + (has_end ? 1 : 0);
    if (has_end && row.text.ends_with('\r')) row.text.remove_suffix(1);
    if (end.malformed()) {
      row.problem = "expected a comma after a quoted cell";
    } else if (row.text.size() > max_bytes_ + (has_end ? 0 : 1)) {  // the last byte may be a carriage return
      row.problem = too_long();
    }
    if (has_end || !row.problem.empty()) break;
    const auto got = chunks_.more();
    if (!got) return got.error();
    if (*got) continue;
    row.text = chunks_.window();  // the stream's last row has no end
    if (row.text.size() > max_bytes_) row.problem = too_long();
    if (end.inside_quotes()) row.problem = "expected '\"' at the end of a quoted cell";
    if (end.lone_return()) row.problem = "expected a comma after a quoted cell";
    break;
  }
  looked_at_ += end.looked_at();
  if (!row.problem.empty() && end.is_further_than(failed_)) failed_ = end;
  return row;
}

std::string CsvReader::too_long() const {
  return "expected at most " + std::to_string(max_bytes_) + " bytes in a row (--max-line-bytes)";
}

Result<CsvRow> CsvReader::next() {
  while (true) {
    auto raw = raw_row();
    if (!raw) return raw.error();
    CsvRow row;
    row.line = position().lines + 1;
    row.problem = std::move(raw->problem);
    row.end = row.problem.empty() && raw->size == 0;
    if (row.end) return row;
    if (!row.problem.empty()) {
      if (auto passed = pass_over_line(); !passed) return passed.error();
      return row;
    }
    if (!raw->text.empty()) cut(raw->text, row.cells);
    position().lines += 1 + static_cast<std::uint64_t>(std::count(raw->text.begin(), raw->text.end(), '\n'));
    chunks_.consume(raw->size);
    failed_.shift(raw->size);
    if (!raw->text.empty()) return row;
  }
}

// After a bad row the next line is taken as a row again: a stray quote costs a line, not the file.
Result<void> CsvReader::pass_over_line() {
  ++position().lines;
  while (true) {
    const auto window = chunks_.window();
    const auto feed = window.find('\n');
    const auto passed = feed == std::string_view::npos ? window.size() : feed + 1;
    chunks_.consume(passed);
    failed_.shift(passed);
    if (feed != std::string_view::npos) return {};
    const auto got = chunks_.more();
    if (!got) return got.error();
    if (!*got) return {};
  }
}

bool CsvReader::ready() const {
  return chunks_.window().find('\n') != std::string_view::npos || chunks_.source().ready();
}

}  // namespace akidb::embedding::cli
