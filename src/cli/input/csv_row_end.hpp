// Where a CSV row ends, looked for in a text that may grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace akidb::embedding::cli {

class CsvRowEnd {
 public:
  // Goes on in `text`, which begins as it did at the last call, to the line feed that ends the row; npos where
  // the text ends first, or where malformed().
  std::size_t find(std::string_view text);

  [[nodiscard]] bool inside_quotes() const noexcept { return state_ == State::quoted; }
  [[nodiscard]] bool malformed() const noexcept { return state_ == State::malformed; }  // "a"b

  [[nodiscard]] bool lone_return() const noexcept { return state_ == State::return_after_quoted; }  // "a"CR, no LF

  // Line feeds in quoted cells so far.
  [[nodiscard]] std::uint64_t lines_crossed() const noexcept { return lines_crossed_; }

  // The text has lost its first `bytes`, none of which was not looked at.
  void shift(std::size_t bytes) noexcept { at_ -= bytes; }

 private:
  enum class State { cell_begins, plain, quoted, quote_in_quoted, return_after_quoted, malformed };
  static State next(State state, char c) noexcept;

  std::size_t at_ = 0;
  State state_ = State::cell_begins;
  std::uint64_t lines_crossed_ = 0;
};

}  // namespace akidb::embedding::cli
