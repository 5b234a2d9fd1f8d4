#include "server/http/json/object_reader.hpp"

#include <algorithm>
#include <cctype>

#include "base/huge_integers.hpp"
#include "base/json_scan.hpp"
#include "server/http/protocol/request.hpp"

namespace akidb::embedding::server {
namespace {

constexpr std::size_t kMaxDepth = base::kMostJsonLevels + 1;  // the parser counts the document as a level
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20U;  // of a thread's parser between requests

static_assert(kBodyPadding >= simdjson::SIMDJSON_PADDING);

using simdjson::dom::element_type;

bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

std::optional<std::uint32_t> as_id(const JsonElement& element) {
  std::uint64_t value = 0;
  if (element.get_uint64().get(value) != simdjson::SUCCESS || value > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

// A list of token ids.
std::optional<TokenIds> as_ids(const simdjson::dom::array& array) {
  TokenIds ids;
  ids.reserve(array.size());
  for (const auto element : array) {
    const auto id = as_id(element);
    if (!id) return std::nullopt;
    ids.push_back(*id);
  }
  return ids;
}

std::string expected_input(const std::string& place, const JsonElement& found) {
  return place + ": expected a string or token ids, found " + std::string(kind_of(found));
}

// With the place where that can be told: the parser itself tells none.
std::string problem_of(std::string_view body, simdjson::error_code failure) {
  const auto problem = base::find_json_problem(body);
  if (!problem) return simdjson::error_message(failure);
  return base::line_and_column(body, problem->byte) + ": " + problem->message;
}

}  // namespace

std::string_view kind_of(const JsonElement& element) {
  switch (element.type()) {
    case element_type::NULL_VALUE: return "null";
    case element_type::BOOL: return "a boolean";
    case element_type::STRING: return "a string";
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE: return "a number";
    case element_type::ARRAY: return "an array";
    case element_type::OBJECT: return "an object";
  }
  return "nothing";
}

ParsedBody parse_body(std::string_view body) {
  thread_local simdjson::dom::parser parser;
  thread_local bool limited = false;
  if (parser.capacity() > kKeptCapacity && body.size() < kKeptCapacity) {
    parser = simdjson::dom::parser();
    limited = false;
  }
  ParsedBody parsed;
  const auto parse = [&](std::string_view padded) {
    if (!limited || parser.capacity() < padded.size()) {
      const auto problem = parser.allocate(std::max<std::size_t>(padded.size(), 4'096), kMaxDepth);
      limited = problem == simdjson::SUCCESS;
      if (!limited) return problem;
    }
    return parser.parse(padded.data(), padded.size(), false).get(parsed.root);
  };
  auto problem = parse(body);
  if (problem == simdjson::NUMBER_ERROR) {  // as of an integer that 64 bits do not hold: a number all the same
    auto other = base::with_huge_integers_as_reals(body);
    const auto size = other.size();
    other.append(kBodyPadding, ' ');
    problem = parse(std::string_view(other).substr(0, size));
  }
  if (problem == simdjson::MEMALLOC) {
    parsed.problem = refusal(ErrorCode::resource_exhausted, "no memory is left");
  } else if (problem != simdjson::SUCCESS) {
    parsed.problem = refusal(Reason::malformed, "the body is not valid JSON: " + problem_of(body, problem));
  }
  return parsed;
}

ObjectReader::ObjectReader(const JsonElement& element, std::string place) : place_(std::move(place)) {
  simdjson::dom::object object;
  if (element.get_object().get(object) == simdjson::SUCCESS) {
    object_ = object;
  } else {
    fail((place_.empty() ? "the body" : place_) + ": expected an object, found " + std::string(kind_of(element)));
  }
  if (!place_.empty()) place_ += '.';
}

void ObjectReader::fail(std::string message) {
  if (!problem_) problem_ = refusal(ErrorCode::invalid_argument, std::move(message));
}

void ObjectReader::fail(std::string_view name, std::string_view expected, const JsonElement& found) {
  fail(place_of(name) + ": expected " + std::string(expected) + ", found " + std::string(kind_of(found)));
}

std::optional<JsonElement> ObjectReader::find(std::string_view name) {
  known_.push_back(name);
  if (!object_ || problem_) return std::nullopt;
  JsonElement element;
  if (object_->at_key(name).get(element) != simdjson::SUCCESS || element.is_null()) return std::nullopt;
  return element;
}

bool ObjectReader::has(std::string_view name) { return find(name).has_value(); }

void ObjectReader::require(bool present, std::string_view name) {
  if (!present) fail(place_of(name) + ": expected a value, found none");
}

void ObjectReader::text(std::string_view name, std::string& out) {
  const auto element = find(name);
  if (!element) return;
  std::string_view value;
  if (element->get_string().get(value) == simdjson::SUCCESS) {
    out = value;
  } else {
    fail(name, "a string", *element);
  }
}

void ObjectReader::boolean(std::string_view name, std::optional<bool>& out) {
  const auto element = find(name);
  if (!element) return;
  bool value = false;
  if (element->get_bool().get(value) == simdjson::SUCCESS) {
    out = value;
  } else {
    fail(name, "a boolean", *element);
  }
}

void ObjectReader::boolean(std::string_view name, bool& out) {
  std::optional<bool> value;
  boolean(name, value);
  out = value.value_or(out);
}

void ObjectReader::whole_number(std::string_view name, std::optional<std::uint32_t>& out) {
  const auto element = find(name);
  if (!element) return;
  out = as_id(*element);
  if (!out)
    fail(place_of(name) + ": expected a whole number from 0 to 4294967295, found " + simdjson::minify(*element));
}

void ObjectReader::choice(std::string_view name, std::initializer_list<std::string_view> words, std::size_t& out) {
  const auto element = find(name);
  if (!element) return;
  std::string expected;
  std::string_view value;
  const bool is_text = element->get_string().get(value) == simdjson::SUCCESS;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto word = words.begin()[i];
    if (is_text && same_letters(word, value)) {
      out = i;
      return;
    }
    expected += (i == 0 ? "\"" : i + 1 == words.size() ? " or \"" : ", \"") + std::string(word) + '"';
  }
  if (is_text) {
    fail(place_of(name) + ": expected " + expected + ", found \"" + std::string(value.substr(0, 64)) + '"');
  } else {
    fail(name, expected, *element);
  }
}

void ObjectReader::texts(std::string_view name, std::vector<std::string>& out) {
  const auto element = find(name);
  if (!element) return;
  simdjson::dom::array array;
  if (element->get_array().get(array) != simdjson::SUCCESS) {
    fail(name, "an array of strings", *element);
    return;
  }
  out.reserve(array.size());
  for (const auto each : array) {
    std::string_view value;
    if (each.get_string().get(value) != simdjson::SUCCESS) {
      fail(std::string(name) + "[" + std::to_string(out.size()) + "]", "a string", each);
      return;
    }
    out.emplace_back(value);
  }
}

void ObjectReader::inputs(std::string_view name, std::vector<Input>& out, bool& was_list) {
  const auto element = find(name);
  if (!element) return;
  if (auto problem = read_inputs(*element, place_of(name), out, was_list)) fail(*std::move(problem));
}

std::optional<Refusal> ObjectReader::finish(Unknown unknown) {
  if (!problem_ && unknown == Unknown::refuse && object_) {
    for (const auto field : *object_) {
      if (std::find(known_.begin(), known_.end(), field.key) != known_.end()) continue;
      fail("unknown field: " + place_of(std::string_view(field.key).substr(0, 64)));
      break;
    }
  }
  return std::move(problem_);
}

std::optional<std::string> read_inputs(const JsonElement& element, const std::string& place, std::vector<Input>& out,
                                       bool& was_list) {
  std::string_view text;
  was_list = false;
  if (element.get_string().get(text) == simdjson::SUCCESS) {
    out.emplace_back(text);
    return std::nullopt;
  }
  simdjson::dom::array array;
  if (element.get_array().get(array) != simdjson::SUCCESS) return expected_input(place, element);
  if (array.size() > 0 && array.at(0).is_number()) {
    auto ids = as_ids(array);
    if (!ids) return place + ": expected token ids, whole numbers from 0 to 4294967295";
    out.emplace_back(*std::move(ids));
    return std::nullopt;
  }
  was_list = true;
  out.reserve(array.size());
  for (const auto each : array) {
    const auto at = [&] { return place + "[" + std::to_string(out.size()) + "]"; };
    simdjson::dom::array inner;
    if (each.get_string().get(text) == simdjson::SUCCESS) {
      out.emplace_back(text);
    } else if (each.get_array().get(inner) == simdjson::SUCCESS) {
      auto ids = as_ids(inner);
      if (!ids) return at() + ": expected token ids, whole numbers from 0 to 4294967295";
      out.emplace_back(*std::move(ids));
    } else if (each.at_key("text").get_string().get(text) == simdjson::SUCCESS) {
      out.emplace_back(text);  // as Jina's clients say it
    } else {
      return expected_input(at(), each);
    }
  }
  return std::nullopt;
}

}  // namespace akidb::embedding::server
