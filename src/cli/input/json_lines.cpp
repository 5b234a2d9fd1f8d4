#include <optional>
#include <vector>

#include "base/json_scan.hpp"
#include "cli/input/readers.hpp"

namespace akidb::embedding::cli {
namespace {

class JsonLines final : public LineRecords {
 public:
  using LineRecords::LineRecords;

 private:
  [[nodiscard]] bool is_nothing(std::string_view line) const override {
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
  }

  NextRecord parse(const TextLine& line) override {
    Record record;
    record.line = line.number;
    if (auto problem = fill(line.text, record)) return BadRecord{line.number, *std::move(problem)};
    return record;
  }

  std::optional<std::string> fill(std::string_view line, Record& record) {
    if (auto problem = base::scan_json_object(line, members_)) {
      return "not JSON: " + problem->message + " at byte " + std::to_string(problem->byte);
    }
    if (const auto key = base::repeated_key(members_)) return "field " + *key + " is there twice";
    const base::JsonMember* text = nullptr;
    const base::JsonMember* id = nullptr;
    for (const auto& member : members_) {
      const auto name = base::key_name(member, key_);
      if (name == options_.text_field) {
        text = &member;
      } else if (!options_.id_field.empty() && name == options_.id_field) {
        id = &member;
        record.id = member.value;
      } else if (!options_.embedding_field.empty()) {
        if (auto problem = taken_name_problem(name, options_)) return problem;
        if (!record.fields.empty()) record.fields += ',';
        record.fields.append(member.key).append(":").append(member.value);
      }
    }
    if (text == nullptr) return "expected a field " + options_.text_field;
    if (!options_.id_field.empty() && id == nullptr) return "expected a field " + options_.id_field;
    if (text->value.front() != '"') {
      return "field " + options_.text_field + ": expected a string, found " + std::string(base::json_kind(text->value));
    }
    base::unescape_json(text->value, record.text);
    return std::nullopt;
  }

  std::vector<base::JsonMember> members_;
  std::string key_;
};

}  // namespace

std::unique_ptr<RecordReader> make_json_lines(LineReader lines, const RecordOptions& options) {
  return std::make_unique<JsonLines>(std::move(lines), options);
}

}  // namespace akidb::embedding::cli
