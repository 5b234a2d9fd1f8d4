// Records: what the formats of input have in common.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/input/byte_source.hpp"
#include "cli/input/position.hpp"

namespace akidb::embedding::cli {

// A text, and what goes with it to the output.
struct Record {
  std::string text;
  std::string id;          // a JSON value; empty: none
  std::string fields;      // JSON members without braces: "a":1,"b":"x"; empty: none
  std::uint64_t line = 0;  // where it begins, from 1; 0 for a text of the command line
};

// A record that cannot be used; the next one may be good.
struct BadRecord {
  std::uint64_t line = 0;
  std::string problem;  // "field text: expected a string, found null"
};

struct EndOfInput {};

using NextRecord = std::variant<Record, BadRecord, EndOfInput>;

// Used by one thread.
class RecordReader {
 public:
  virtual ~RecordReader() = default;

  // Fails where the input as a whole cannot be read on.
  virtual Result<NextRecord> next() = 0;

  // Whether next() returns without waiting for the source.
  [[nodiscard]] virtual bool ready() const = 0;

  // After the last record that next() returned.
  [[nodiscard]] virtual InputPosition position() const = 0;

  // Before the first next(): goes on where an earlier reader of the same input was. invalid_argument where
  // the input is another.
  virtual Result<void> go_to(const InputPosition& position) = 0;

  // All bytes there will be, where that is known.
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const = 0;

  [[nodiscard]] virtual const std::string& name() const = 0;
};

enum class InputFormat { lines, jsonl, csv };

struct RecordOptions {
  InputFormat format = InputFormat::lines;
  std::string text_field = "text";
  std::string id_field;         // empty: none
  std::string embedding_field;  // a kept field of this name is bad: the output has its own; empty: none is kept
  bool byte_offsets = false;    // the output has a field of this name too, beside its index
  std::size_t max_line_bytes = std::size_t{16} * 1024 * 1024;
};

// Fails where a CSV header cannot be read or lacks a column.
Result<std::unique_ptr<RecordReader>> make_record_reader(std::unique_ptr<ByteSource> source,
                                                         const RecordOptions& options);

// Texts of the command line.
std::unique_ptr<RecordReader> make_argument_reader(std::vector<std::string> texts);

}  // namespace akidb::embedding::cli
