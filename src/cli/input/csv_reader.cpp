#include "cli/input/csv_reader.hpp"

#include <algorithm>
#include <utility>

namespace akidb::embedding::cli {
namespace {

enum class State { cell_begins, plain, quoted, quote_in_quoted };

// Looks for the end of the row; can be fed a growing text.
class RowEnd {
 public:
  // Position of the line feed that ends the row, or npos where `text` ends first.
  std::size_t find(std::string_view text) {
    for (; at_ < text.size(); ++at_) {
      const char c = text[at_];
      if (state_ == State::quoted) {
        if (c == '"') state_ = State::quote_in_quoted;
      } else if (c == '\n') {
        return at_;
      } else if (c == ',') {
        state_ = State::cell_begins;
      } else if (c == '"' && (state_ == State::cell_begins || state_ == State::quote_in_quoted)) {
        state_ = State::quoted;
      } else {
        state_ = State::plain;
      }
    }
    return std::string_view::npos;
  }

  [[nodiscard]] bool inside_quotes() const { return state_ == State::quoted; }

 private:
  std::size_t at_ = 0;
  State state_ = State::cell_begins;
};

// Cuts a whole row; returns a problem or nothing.
std::string cut(std::string_view row, std::vector<std::string>& cells) {
  std::size_t at = 0;
  while (true) {
    std::string cell;
    if (at < row.size() && row[at] == '"') {
      ++at;
      while (true) {
        const auto quote = row.find('"', at);
        if (quote == std::string_view::npos) return "expected '\"' at the end of a quoted cell";
        cell.append(row, at, quote - at);
        at = quote + 1;
        if (at >= row.size() || row[at] != '"') break;
        cell += '"';
        ++at;
      }
      if (at < row.size() && row[at] != ',')
        return "expected a comma after a quoted cell (column " + std::to_string(cells.size() + 1) + ")";
    } else {
      const auto comma = std::min(row.find(',', at), row.size());
      cell = row.substr(at, comma - at);
      at = comma;
    }
    cells.push_back(std::move(cell));
    if (at >= row.size()) return {};
    ++at;  // the comma
  }
}

}  // namespace

// Nothing of the row is consumed yet.
Result<CsvReader::RawRow> CsvReader::raw_row() {
  RowEnd end;
  RawRow row;
  const std::string too_long = "expected at most " + std::to_string(max_bytes_) + " bytes in a row (--max-line-bytes)";
  while (true) {
    const auto window = chunks_.window();
    const auto feed = end.find(window);
    const bool has_end = feed != std::string_view::npos;
    row.text = window.substr(0, feed);
    row.size = row.text.size() + (has_end ? 1 : 0);
    if (has_end && row.text.ends_with('\r')) row.text.remove_suffix(1);
    if (row.text.size() > max_bytes_ + (has_end ? 0 : 1)) {  // the last byte may be a carriage return
      row.problem = too_long;
    }
    if (has_end || !row.problem.empty()) return row;
    const auto got = chunks_.more();
    if (!got) return got.error();
    if (*got) continue;
    row.text = chunks_.window();  // the stream's last row has no end
    if (row.text.size() > max_bytes_) row.problem = too_long;
    if (end.inside_quotes()) row.problem = "expected '\"' at the end of a quoted cell";
    return row;
  }
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
    if (row.problem.empty() && !raw->text.empty()) row.problem = cut(raw->text, row.cells);
    if (!row.problem.empty()) {
      if (auto passed = pass_over_line(); !passed) return passed.error();
      return row;
    }
    position().lines += 1 + static_cast<std::uint64_t>(std::count(raw->text.begin(), raw->text.end(), '\n'));
    chunks_.consume(raw->size);
    if (!raw->text.empty()) return row;
  }
}

// After a bad row the next line is taken as a row again: a stray quote costs a line, not the file.
Result<void> CsvReader::pass_over_line() {
  ++position().lines;
  while (true) {
    const auto window = chunks_.window();
    const auto feed = window.find('\n');
    chunks_.consume(feed == std::string_view::npos ? window.size() : feed + 1);
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
