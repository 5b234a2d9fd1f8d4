// Rows of a CSV stream, as RFC 4180 has it.
//
//   file   = row *(end row) [end]          end = LF / CR LF
//   row    = cell *("," cell)
//   cell   = quoted / plain
//   quoted = '"' *(any but '"' / '""') '"'   may hold commas and line ends
//   plain  = *(any but "," and end)          a quote that is not first is a plain character
//
// Empty lines are passed over: a cell that is empty on its own is written "".
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/input/chunk_reader.hpp"
#include "cli/input/csv_row_end.hpp"

namespace akidb::embedding::cli {

struct CsvRow {
  std::vector<std::string> cells;
  std::uint64_t line = 0;  // where the row begins, from 1
  std::string problem;     // not empty: the row is bad, and has been passed over
  bool lost = false;       // it is bad in such a way that where the next row begins cannot be told: read no further
  bool end = false;        // there are no more rows
};

class CsvReader {
 public:
  // A row of more than `max_bytes` is bad.
  CsvReader(std::unique_ptr<ByteSource> source, std::size_t max_bytes)
      : chunks_(std::move(source)), max_bytes_(max_bytes) {}

  Result<CsvRow> next();

  // Whether a line end is here, or next() would not wait for the source.
  [[nodiscard]] bool ready() const;

  [[nodiscard]] InputPosition& position() noexcept { return chunks_.position; }
  [[nodiscard]] const InputPosition& position() const noexcept { return chunks_.position; }
  Result<void> go_to(const InputPosition& target) { return chunks_.go_to(target); }
  [[nodiscard]] const ByteSource& source() const noexcept { return chunks_.source(); }

 private:
  struct RawRow {
    std::string_view text;  // without its end
    std::size_t size = 0;   // with it; 0: there are no more rows
    std::string problem;    // not empty: bad as it is
    CsvRowEnd end;          // how far its end was looked for
  };

  Result<RawRow> raw_row();
  Result<bool> pass_over(CsvRowEnd end);  // whether the next row's beginning is known
  [[nodiscard]] std::string too_long() const;

  ChunkReader chunks_;
  std::size_t max_bytes_;
};

}  // namespace akidb::embedding::cli
