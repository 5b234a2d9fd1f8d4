#include "remote/answer.hpp"

#include <algorithm>
#include <cmath>

#include "base/json.hpp"
#include "remote/base64_floats.hpp"

namespace akidb::embedding::remote {
namespace {

using base::JsonKind;
using base::JsonValue;

constexpr std::size_t kMostWords = 200;

Error corrupt(std::string problem) {
  return {ErrorCode::data_corrupt, "the server's answer: " + std::move(problem), {}, {}};
}

// The value at a path with dots.
Result<JsonValue> at_path(const JsonValue& root, std::string_view path) {
  JsonValue value = root;
  while (!path.empty()) {
    const auto dot = std::min(path.find('.'), path.size());
    auto next = value.at(path.substr(0, dot));
    if (!next) return next;
    value = *next;
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return value;
}

// One row, as numbers or as base64, into `values`.
Result<void> read_row(const JsonValue& row, std::vector<float>& values) {
  values.clear();
  if (row.is(JsonKind::string)) {
    const auto text = row.as_string();
    if (!append_base64_floats(*text, values)) return row.corrupt("expected base64 of float32 values");
  } else if (!row.is(JsonKind::array)) {
    return row.corrupt("expected a list of numbers, found " + std::string(to_string(row.kind())));
  } else {
    values.reserve(row.size());
    auto outcome = row.for_each_element([&](std::size_t, const JsonValue& element) -> Result<void> {
      if (element.is(JsonKind::array)) {
        return Error{
            ErrorCode::unsupported, "the server gives a vector for each token; expected one for each text", {}, {}};
      }
      const auto number = element.as_double();
      if (!number) return number.error();
      values.push_back(static_cast<float>(*number));
      return {};
    });
    if (!outcome) return outcome;
  }
  for (const float value : values) {
    if (!std::isfinite(value)) return row.corrupt("a value is not finite");
  }
  return {};
}

// Puts rows where their inputs are.
class Rows {
 public:
  Rows(std::size_t inputs, Answer& answer) : answer_(answer), seen_(inputs, false) {}

  Result<void> add(std::size_t index, const JsonValue& row) {
    if (index >= seen_.size()) {
      return row.corrupt("expected " + std::to_string(seen_.size()) + " rows, found one of index " +
                         std::to_string(index));
    }
    if (seen_[index]) return row.corrupt("a second row of index " + std::to_string(index));
    if (auto outcome = read_row(row, values_); !outcome) return outcome;
    if (values_.empty()) return row.corrupt("a row without values");
    if (answer_.dimension == 0) {
      answer_.dimension = values_.size();
      answer_.values.resize(seen_.size() * answer_.dimension);
    }
    if (values_.size() != answer_.dimension) {
      return row.corrupt("expected " + std::to_string(answer_.dimension) + " values as in the first row, found " +
                         std::to_string(values_.size()));
    }
    std::ranges::copy(values_, answer_.values.begin() + static_cast<std::ptrdiff_t>(index * answer_.dimension));
    seen_[index] = true;
    return {};
  }

 private:
  Answer& answer_;
  std::vector<bool> seen_;
  std::vector<float> values_;
};

Result<Answer> read_rows(const Wire& wire, const JsonValue& root, std::size_t inputs) {
  const auto list = at_path(root, wire.rows);
  if (!list) return list.error();
  if (!list->is(JsonKind::array)) {
    return list->corrupt("expected a list of rows, found " + std::string(to_string(list->kind())));
  }
  if (list->size() != inputs) {
    return list->corrupt("expected " + std::to_string(inputs) + " rows, found " + std::to_string(list->size()));
  }
  Answer answer;
  Rows rows(inputs, answer);
  auto outcome = list->for_each_element([&](std::size_t place, const JsonValue& element) -> Result<void> {
    if (wire.row_values.empty()) return rows.add(place, element);
    const auto values = element.at(wire.row_values);
    if (!values) return values.error();
    const auto index = element.uint_or("index", place);
    if (!index) return index.error();
    return rows.add(*index, *values);
  });
  if (!outcome) return outcome.error();
  // A count that is missing or odd costs no vector.
  if (!wire.tokens.empty()) {
    if (const auto tokens = at_path(root, wire.tokens)) answer.tokens = tokens->as_uint().value_or(0);
  }
  return answer;
}

}  // namespace

Result<Answer> read_answer(const Wire& wire, std::string_view body, std::size_t inputs) {
  const auto document = base::JsonDocument::parse(body, "the server's answer");
  if (!document) {
    const auto begin = body.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return corrupt("expected JSON, found nothing");
    if (body[begin] == '<') return corrupt("expected JSON, found a page of HTML or XML");
    return document.error();
  }
  return read_rows(wire, document->root(), inputs);
}

std::string server_words(std::string_view body) {
  const auto document = base::JsonDocument::parse(body, "");
  if (!document) return {};
  std::optional<JsonValue> value = document->root();
  for (const auto* name : {"error", "message", "detail"}) {
    if (auto inner = value->find(name)) value = inner;
  }
  const auto text = value->as_string();
  if (!text) return {};
  std::string words(text->substr(0, kMostWords));
  for (char& c : words) c = static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c;
  if (words.size() == text->size()) return words;
  // The last character may have been cut.
  while (!words.empty() && (static_cast<unsigned char>(words.back()) & 0xC0U) == 0x80U) words.pop_back();
  if (!words.empty() && static_cast<unsigned char>(words.back()) >= 0xC0U) words.pop_back();
  return words;
}

}  // namespace akidb::embedding::remote
