#include <algorithm>
#include <optional>
#include <vector>

#include "cli/input/csv_reader.hpp"
#include "cli/input/readers.hpp"
#include "cli/output/json_text.hpp"

namespace akidb::embedding::cli {
namespace {

Error wrong(const std::string& name, std::string problem) {
  return {ErrorCode::invalid_argument, name + ":1: " + std::move(problem), {}, {}};
}

struct Columns {
  std::vector<std::string> names;
  std::size_t text = 0;
  std::optional<std::size_t> id;
};

class CsvRecords final : public RecordReader {
 public:
  CsvRecords(CsvReader rows, Columns columns, RecordOptions options)
      : rows_(std::move(rows)), columns_(std::move(columns)), options_(std::move(options)) {}

  Result<NextRecord> next() override {
    auto row = rows_.next();
    if (!row) return row.error();
    if (row->end) return NextRecord(EndOfInput{});
    ++rows_.position().records;
    if (row->lost) {
      return Error{ErrorCode::invalid_argument,
                   name() + ":" + std::to_string(row->line) + ": " + row->problem +
                       "; its quotes go over several lines, so where the next row begins cannot be told",
                   {},
                   {}};
    }
    if (!row->problem.empty()) return NextRecord(BadRecord{row->line, std::move(row->problem)});
    if (row->cells.size() != columns_.names.size()) {
      return NextRecord(BadRecord{row->line, "expected " + std::to_string(columns_.names.size()) + " columns, found " +
                                                 std::to_string(row->cells.size())});
    }
    for (std::size_t i = 0; i < row->cells.size(); ++i) {
      auto problem = utf8_problem(row->cells[i]);
      if (problem) return NextRecord(BadRecord{row->line, "column " + columns_.names[i] + ": " + *problem});
    }
    return NextRecord(record_of(*row));
  }

  [[nodiscard]] bool ready() const override { return rows_.ready(); }
  [[nodiscard]] InputPosition position() const override { return rows_.position(); }
  Result<void> go_to(const InputPosition& position) override { return rows_.go_to(position); }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return rows_.source().size(); }
  [[nodiscard]] const std::string& name() const override { return rows_.source().name(); }

 private:
  Record record_of(CsvRow& row) const {
    Record record;
    record.line = row.line;
    record.text = std::move(row.cells[columns_.text]);
    if (columns_.id) record.id = json_string(row.cells[*columns_.id]);
    if (options_.embedding_field.empty()) return record;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (i == columns_.text || i == columns_.id) continue;
      if (!record.fields.empty()) record.fields += ',';
      append_json_string(columns_.names[i], record.fields);
      record.fields += ':';
      append_json_string(row.cells[i], record.fields);
    }
    return record;
  }

  CsvReader rows_;
  Columns columns_;
  RecordOptions options_;
};

Result<Columns> read_header(CsvReader& rows, const RecordOptions& options) {
  auto header = rows.next();
  if (!header) return header.error();
  const std::string& name = rows.source().name();
  if (header->end) return wrong(name, "expected a header, found nothing");
  if (!header->problem.empty()) return wrong(name, header->problem);
  Columns columns{std::move(header->cells), 0, {}};
  std::string all;
  for (const auto& each : columns.names) {
    if (auto problem = utf8_problem(each)) return wrong(name, *std::move(problem));
    all += (all.empty() ? "" : ", ") + each;
  }
  const auto find = [&](const std::string& wanted) {
    return static_cast<std::size_t>(std::find(columns.names.begin(), columns.names.end(), wanted) -
                                    columns.names.begin());
  };
  columns.text = find(options.text_field);
  if (columns.text == columns.names.size()) {
    return wrong(name, "expected a column " + options.text_field + " (--text-field), found " + all);
  }
  if (!options.id_field.empty()) {
    columns.id = find(options.id_field);
    if (*columns.id == columns.names.size()) {
      return wrong(name, "expected a column " + options.id_field + " (--id-field), found " + all);
    }
  }
  for (std::size_t i = 0; i < columns.names.size(); ++i) {
    const auto& column = columns.names[i];
    if (find(column) != i) return wrong(name, "column " + column + " is there twice; rename one of them");
    if (options.embedding_field.empty() || i == columns.text || i == columns.id) continue;
    if (auto problem = taken_name_problem(column, options)) return wrong(name, *std::move(problem));
  }
  return columns;
}

}  // namespace

Result<std::unique_ptr<RecordReader>> make_csv_records(std::unique_ptr<ByteSource> source,
                                                       const RecordOptions& options) {
  CsvReader rows(std::move(source), options.max_line_bytes);
  auto columns = read_header(rows, options);
  if (!columns) return columns.error();
  return std::unique_ptr<RecordReader>(std::make_unique<CsvRecords>(std::move(rows), *std::move(columns), options));
}

}  // namespace akidb::embedding::cli
