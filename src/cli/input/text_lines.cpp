#include "cli/input/readers.hpp"

namespace akidb::embedding::cli {
namespace {

class TextLines final : public LineRecords {
 public:
  using LineRecords::LineRecords;

 private:
  NextRecord parse(const TextLine& line) override { return Record{std::string(line.text), {}, {}, line.number}; }
};

}  // namespace

std::unique_ptr<RecordReader> make_text_lines(LineReader lines, const RecordOptions& options) {
  return std::make_unique<TextLines>(std::move(lines), options);
}

}  // namespace akidb::embedding::cli
