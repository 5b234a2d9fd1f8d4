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
  RawRow row;
  while (true) {
    const auto window = chunks_.window();
    const auto feed = row.end.find(window);
    const bool has_end = feed != std::string_view::npos;
    row.text = window.substr(0, feed);
    row.size = row.text.size() + (has_end ? 1 : 0);
    if (has_end && row.text.ends_with('\r')) row.text.remove_suffix(1);
    if (row.end.malformed()) {
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
    if (row.end.inside_quotes()) row.problem = "expected '\"' at the end of a quoted cell";
    if (row.end.lone_return()) row.problem = "expected a comma after a quoted cell";
    break;
  }
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
      auto found = pass_over(raw->end);
      if (!found) return found.error();
      row.lost = !*found;
      return row;
    }
    if (!raw->text.empty()) cut(raw->text, row.cells);
    position().lines += 1 + raw->end.lines_crossed();
    chunks_.consume(raw->size);
    if (!raw->text.empty()) return row;
  }
}

// A row that is too long ends where its quotes say. One whose quotes are wrong ends with its line, as long as they
// stood in one line: behind a line feed in quotes nobody knows any more which side of them is inside.
Result<bool> CsvReader::pass_over(CsvRowEnd end) {
  while (true) {
    const auto window = chunks_.window();
    auto feed = end.find(window);
    if (end.malformed()) {
      if (end.lines_crossed() > 0) return false;
      feed = window.find('\n');
    }
    const bool has_end = feed != std::string_view::npos;
    const auto passed = has_end ? feed + 1 : window.size();
    chunks_.consume(passed);
    if (!has_end) {
      if (!end.malformed()) end.shift(passed);
      const auto got = chunks_.more();
      if (!got) return got.error();
      if (*got) continue;
    }
    position().lines += 1 + end.lines_crossed();
    return has_end || !end.inside_quotes() || end.lines_crossed() == 0;
  }
}

bool CsvReader::ready() const {
  return chunks_.window().find('\n') != std::string_view::npos || chunks_.source().ready();
}

}  // namespace akidb::embedding::cli
