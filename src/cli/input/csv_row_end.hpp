// Where a CSV row ends, looked for in a text that may grow.
#pragma once

#include <cstddef>
#include <string_view>

namespace akidb::embedding::cli {

class CsvRowEnd {
 public:
  // Goes on in `text`, which begins as it did at the last call, to the line feed that ends the row; npos where
  // the text ends first, or where malformed().
  //
  // `before`: the search for a bad row's end that came furthest; its place counts from the beginning of this text.
  // A search that stands in quotes at a line feed that the other passed (in quotes,
  // else it had ended there) can only go the other's way and takes its place: whatever is bad, each byte is
  // looked at twice at most.
  std::size_t find(std::string_view text, const CsvRowEnd& before);

  [[nodiscard]] bool inside_quotes() const noexcept { return state_ == State::quoted; }
  [[nodiscard]] bool malformed() const noexcept { return state_ == State::malformed; }  // "a"b

  [[nodiscard]] bool lone_return() const noexcept { return state_ == State::return_after_quoted; }  // "a"CR, no LF

  // The text has lost its first `bytes`.
  void shift(std::size_t bytes) noexcept { at_ = at_ > bytes ? at_ - bytes : 0; }

  [[nodiscard]] bool is_further_than(const CsvRowEnd& other) const noexcept { return at_ > other.at_; }

  // Bytes that this search looked at itself.
  [[nodiscard]] std::size_t looked_at() const noexcept { return looked_at_; }

 private:
  enum class State { cell_begins, plain, quoted, quote_in_quoted, return_after_quoted, malformed };
  static State next(State state, char c) noexcept;

  std::size_t at_ = 0;
  State state_ = State::cell_begins;
  std::size_t looked_at_ = 0;
};

}  // namespace akidb::embedding::cli
