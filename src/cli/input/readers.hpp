// The readers behind make_record_reader().
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "cli/input/line_reader.hpp"
#include "cli/input/record.hpp"

namespace akidb::embedding::cli {

// A record a line: lines and JSONL. Lines that are too long or not UTF-8 are bad before they are parsed.
class LineRecords : public RecordReader {
 public:
  LineRecords(LineReader lines, RecordOptions options) : options_(std::move(options)), lines_(std::move(lines)) {}

  Result<NextRecord> next() final;
  [[nodiscard]] bool ready() const final { return lines_.ready(); }
  [[nodiscard]] InputPosition position() const final { return lines_.position(); }
  Result<void> go_to(const InputPosition& position) final { return lines_.go_to(position); }
  [[nodiscard]] std::optional<std::uint64_t> size() const final { return lines_.source().size(); }
  [[nodiscard]] const std::string& name() const final { return lines_.source().name(); }

 protected:
  RecordOptions options_;

 private:
  // Whether a line is passed over, neither good nor bad.
  [[nodiscard]] virtual bool is_nothing(std::string_view /*line*/) const { return false; }
  virtual NextRecord parse(const TextLine& line) = 0;

  LineReader lines_;
};

std::unique_ptr<RecordReader> make_text_lines(LineReader lines, const RecordOptions& options);
std::unique_ptr<RecordReader> make_json_lines(LineReader lines, const RecordOptions& options);
Result<std::unique_ptr<RecordReader>> make_csv_records(std::unique_ptr<ByteSource> source,
                                                       const RecordOptions& options);

// The problem of a text that is not UTF-8, or nothing.
std::optional<std::string> utf8_problem(std::string_view text);

// The problem of a kept field whose name the output gives to a field of its own, or nothing.
std::optional<std::string> taken_name_problem(std::string_view name, const RecordOptions& options);

std::string too_long_problem(std::size_t max_bytes);

}  // namespace akidb::embedding::cli
