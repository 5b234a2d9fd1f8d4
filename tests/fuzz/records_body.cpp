#include <simdjson.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "cli/input/memory_source.hpp"
#include "cli/input/record.hpp"
#include "cli/input/tokenize_request.hpp"
#include "fuzz/cli_bodies.hpp"

namespace akidb::embedding::test {
namespace {

using namespace cli;

constexpr std::size_t kLongestLine = 4'096;

// What an input was understood as, a text for each record.
struct Understood {
  std::vector<std::string> records;
  std::string problem;
};

// simdjson holds numbers in 64 bits; the program passes on those of any size.
bool is_json(const std::string& text) {
  simdjson::dom::parser parser;
  const auto problem = parser.parse(text).error();
  return problem == simdjson::SUCCESS || problem == simdjson::NUMBER_ERROR;
}

std::string check(const Record& record) {
  if (base::find_invalid_utf8(record.text)) return "a text that is not UTF-8";
  if (!is_json("{" + record.fields + "}")) return "fields that are no JSON: " + record.fields;
  if (!record.id.empty() && !is_json(record.id)) return "an id that is no JSON: " + record.id;
  return {};
}

Understood understood(std::string_view bytes, std::size_t piece, const RecordOptions& options) {
  Understood all;
  auto reader = make_record_reader(std::make_unique<MemorySource>(std::string(bytes), piece), options);
  if (!reader) {
    if (reader.error().code != ErrorCode::invalid_argument) all.problem = "code: " + to_string(reader.error());
    all.records.push_back(to_string(reader.error()));
    return all;
  }
  while (all.problem.empty()) {
    const auto next = (*reader)->next();
    if (!next) {
      if (next.error().code != ErrorCode::invalid_argument) all.problem = "code: " + to_string(next.error());
      all.records.push_back(to_string(next.error()));
      break;
    }
    if (std::holds_alternative<EndOfInput>(*next)) break;
    if (const auto* const bad = std::get_if<BadRecord>(&*next)) {
      all.records.push_back(std::to_string(bad->line) + ": " + bad->problem);
      continue;
    }
    const auto& good = std::get<Record>(*next);
    all.problem = check(good);
    all.records.push_back(std::to_string(good.line) + " " + good.id + " " + good.fields + " " + good.text);
  }
  return all;
}

}  // namespace

std::string fuzz_records(std::string_view bytes) {
  RecordOptions options;
  options.max_line_bytes = kLongestLine;
  options.byte_offsets = true;
  options.id_field = "id";
  options.embedding_field = "embedding";
  for (const auto format : {InputFormat::lines, InputFormat::jsonl, InputFormat::csv}) {
    options.format = format;
    const auto whole = understood(bytes, bytes.size() + 1, options);
    if (!whole.problem.empty()) return whole.problem;
    if (understood(bytes, 1 + bytes.size() / 256, options).records != whole.records) return "other records in pieces";
  }
  TokenizeRequest request;
  if (!read_tokenize_request(bytes, request) && base::find_invalid_utf8(request.text) &&
      !base::find_invalid_utf8(bytes)) {
    return "a request's text that is not UTF-8";
  }
  return {};
}

}  // namespace akidb::embedding::test
