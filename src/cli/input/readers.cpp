#include "cli/input/readers.hpp"

#include "base/utf8.hpp"

namespace akidb::embedding::cli {
namespace {

class ArgumentReader final : public RecordReader {
 public:
  explicit ArgumentReader(std::vector<std::string> texts) : texts_(std::move(texts)) {}

  Result<NextRecord> next() override {
    if (position_.records == texts_.size()) return NextRecord(EndOfInput{});
    std::string& text = texts_[position_.records++];
    if (auto problem = utf8_problem(text)) return NextRecord(BadRecord{0, *std::move(problem)});
    return NextRecord(Record{std::move(text), {}, {}, 0});
  }
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] InputPosition position() const override { return position_; }
  Result<void> go_to(const InputPosition&) override {
    return Error{ErrorCode::invalid_argument, "texts of the command line cannot be resumed", {}, {}};
  }
  [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  std::vector<std::string> texts_;
  InputPosition position_;
  std::string name_ = "command line";
};

}  // namespace

std::optional<std::string> utf8_problem(std::string_view text) {
  const auto at = base::find_invalid_utf8(text);
  if (!at) return std::nullopt;
  return "expected UTF-8, found an invalid sequence at byte " + std::to_string(*at);
}

std::optional<std::string> taken_name_problem(std::string_view name, const RecordOptions& options) {
  if (name == options.embedding_field) {
    return "field " + std::string(name) + " is there already; name the vector by --embedding-field";
  }
  if (name == "index" || (name == "byte_offsets" && options.byte_offsets)) {
    return "field " + std::string(name) + " is one that each row has of its own; rename it in the input";
  }
  return std::nullopt;
}

std::string too_long_problem(std::size_t max_bytes) {
  return "expected at most " + std::to_string(max_bytes) + " bytes (--max-line-bytes)";
}

Result<NextRecord> LineRecords::next() {
  auto line = lines_.next();
  while (line && *line && !(*line)->too_long && is_nothing((*line)->text)) line = lines_.next();
  if (!line) return line.error();
  if (!*line) return NextRecord(EndOfInput{});
  ++lines_.position().records;
  if ((*line)->too_long) return NextRecord(BadRecord{(*line)->number, too_long_problem(options_.max_line_bytes)});
  if (auto problem = utf8_problem((*line)->text)) return NextRecord(BadRecord{(*line)->number, *std::move(problem)});
  return parse(**line);
}

Result<std::unique_ptr<RecordReader>> make_record_reader(std::unique_ptr<ByteSource> source,
                                                         const RecordOptions& options) {
  switch (options.format) {
    case InputFormat::lines: return make_text_lines(LineReader(std::move(source), options.max_line_bytes), options);
    case InputFormat::jsonl: return make_json_lines(LineReader(std::move(source), options.max_line_bytes), options);
    case InputFormat::csv: break;
  }
  return make_csv_records(std::move(source), options);
}

std::unique_ptr<RecordReader> make_argument_reader(std::vector<std::string> texts) {
  return std::make_unique<ArgumentReader>(std::move(texts));
}

}  // namespace akidb::embedding::cli
