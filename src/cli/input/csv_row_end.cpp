#include "cli/input/csv_row_end.hpp"

namespace akidb::embedding::cli {

CsvRowEnd::State CsvRowEnd::next(State state, char c) noexcept {
  switch (state) {
    case State::quoted: return c == '"' ? State::quote_in_quoted : State::quoted;
    case State::cell_begins:
      if (c == '"') return State::quoted;
      break;
    case State::quote_in_quoted:
      if (c == '"') return State::quoted;
      if (c == '\r') return State::return_after_quoted;
      if (c != ',') return State::malformed;
      break;
    case State::return_after_quoted:
    case State::malformed: return State::malformed;
    case State::plain: break;
  }
  return c == ',' ? State::cell_begins : State::plain;
}

std::size_t CsvRowEnd::find(std::string_view text) {
  for (; at_ < text.size() && !malformed(); ++at_) {
    const char c = text[at_];
    if (c == '\n') {
      if (!inside_quotes()) return at_;
      ++lines_crossed_;
    }
    state_ = next(state_, c);
  }
  return std::string_view::npos;
}

}  // namespace akidb::embedding::cli
