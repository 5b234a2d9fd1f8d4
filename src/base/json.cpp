#include "base/json.hpp"

#include <simdjson.h>

#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/huge_integers.hpp"
#include "base/json_scan.hpp"

namespace akidb::embedding::base {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

// The parser reads whole vectors, so it works on a padded copy.
simdjson::error_code parse_copy(simdjson::dom::parser& parser, std::string_view text, simdjson::dom::element& root) {
  const simdjson::padded_string padded(text);
  if (padded.data() == nullptr) return simdjson::MEMALLOC;  // it has the length all the same
  return parser.parse(padded).get(root);
}

// Why the parser refused `text`, with the place where that can be told: the parser itself tells none.
std::string problem_of(std::string_view text, simdjson::error_code failure) {
  if (const auto problem = find_json_problem(text)) {
    return line_and_column(text, problem->byte) + ": not valid JSON: " + problem->message;
  }
  return std::string("not valid JSON: ") + simdjson::error_message(failure);
}

enum class NumberKind : std::uint8_t { none, unsigned_integer, signed_integer, real };

}  // namespace

// A flat copy of the parsed tree: a value is an index, and its path is found by walking up.
struct JsonValue::Node {
  JsonKind kind = JsonKind::null;
  NumberKind number = NumberKind::none;
  bool boolean = false;
  std::uint32_t parent = kNone;
  std::uint32_t position = 0;  // among its siblings
  std::uint32_t next = kNone;
  std::uint32_t first_child = kNone;
  std::uint32_t child_count = 0;
  std::string_view key;
  std::string_view text;
  std::uint64_t unsigned_value = 0;
  std::int64_t signed_value = 0;
  double real_value = 0;
  simdjson::dom::element element;
};

struct JsonValue::Nodes {
  std::string name;
  simdjson::dom::parser parser;  // owns the strings
  std::vector<Node> all;

  void add(const simdjson::dom::element& element, std::uint32_t parent, std::string_view key) {
    using simdjson::dom::element_type;
    const auto index = static_cast<std::uint32_t>(all.size());
    Node node;
    node.parent = parent;
    node.key = key;
    node.element = element;
    switch (element.type()) {
      case element_type::NULL_VALUE: break;
      case element_type::BOOL:
        node.kind = JsonKind::boolean;
        node.boolean = element.get_bool().value_unsafe();
        break;
      case element_type::STRING:
        node.kind = JsonKind::string;
        node.text = element.get_string().value_unsafe();
        break;
      case element_type::INT64:
        node.kind = JsonKind::number;
        node.number = NumberKind::signed_integer;
        node.signed_value = element.get_int64().value_unsafe();
        node.real_value = static_cast<double>(node.signed_value);
        break;
      case element_type::UINT64:
        node.kind = JsonKind::number;
        node.number = NumberKind::unsigned_integer;
        node.unsigned_value = element.get_uint64().value_unsafe();
        node.real_value = static_cast<double>(node.unsigned_value);
        break;
      case element_type::DOUBLE:
        node.kind = JsonKind::number;
        node.number = NumberKind::real;
        node.real_value = element.get_double().value_unsafe();
        break;
      case element_type::ARRAY: node.kind = JsonKind::array; break;
      case element_type::OBJECT: node.kind = JsonKind::object; break;
    }
    all.push_back(node);
    if (node.kind == JsonKind::array) {
      std::uint32_t previous = kNone;
      const simdjson::dom::array children = element;
      for (const auto child : children) previous = adopt(index, previous, child, {});
    } else if (node.kind == JsonKind::object) {
      std::uint32_t previous = kNone;
      const simdjson::dom::object members = element;
      for (const auto member : members) {
        previous = adopt(index, previous, member.value, member.key);
      }
    }
  }

  std::uint32_t adopt(std::uint32_t parent, std::uint32_t previous, const simdjson::dom::element& child,
                      std::string_view key) {
    const auto index = static_cast<std::uint32_t>(all.size());
    add(child, parent, key);
    all[index].position = all[parent].child_count++;
    (previous == kNone ? all[parent].first_child : all[previous].next) = index;
    return index;
  }

  [[nodiscard]] std::string path(std::uint32_t index) const {
    const auto& node = all[index];
    if (node.parent == kNone) return {};
    std::string text = path(node.parent);
    if (all[node.parent].kind == JsonKind::array) return text + "[" + std::to_string(node.position) + "]";
    if (!text.empty()) text += '.';
    return text.append(node.key);
  }

  [[nodiscard]] std::string place(std::uint32_t index) const {
    const std::string inside = path(index);
    return inside.empty() ? name + ": " : name + ": " + inside + ": ";
  }
};

std::string_view to_string(JsonKind kind) noexcept {
  switch (kind) {
    case JsonKind::null: return "null";
    case JsonKind::boolean: return "a boolean";
    case JsonKind::number: return "a number";
    case JsonKind::string: return "a string";
    case JsonKind::array: return "an array";
    case JsonKind::object: return "an object";
  }
  return "nothing";
}

const JsonValue::Node& JsonValue::node() const { return nodes_->all[index_]; }

JsonKind JsonValue::kind() const { return node().kind; }

Error JsonValue::corrupt(std::string_view problem) const {
  return {ErrorCode::data_corrupt, nodes_->place(index_).append(problem), {}, {}};
}

Error JsonValue::unsupported(std::string_view problem) const {
  return {ErrorCode::unsupported, nodes_->place(index_).append(problem), {}, {}};
}

Error JsonValue::mismatch(std::string_view expected) const {
  std::string found(to_string(kind()));
  if (kind() == JsonKind::number) found = "the number " + to_json();
  return corrupt("expected " + std::string(expected) + ", found " + found);
}

Result<std::string_view> JsonValue::as_string() const {
  if (!is(JsonKind::string)) return mismatch("a string");
  return node().text;
}

Result<bool> JsonValue::as_bool() const {
  if (!is(JsonKind::boolean)) return mismatch("a boolean");
  return node().boolean;
}

Result<std::uint64_t> JsonValue::as_uint() const {
  const auto& self = node();
  if (self.number == NumberKind::unsigned_integer) return self.unsigned_value;
  if (self.number == NumberKind::signed_integer && self.signed_value >= 0) {
    return static_cast<std::uint64_t>(self.signed_value);
  }
  return mismatch("an unsigned integer");
}

Result<std::int64_t> JsonValue::as_int() const {
  const auto& self = node();
  if (self.number == NumberKind::signed_integer) return self.signed_value;
  return mismatch("an integer");
}

Result<double> JsonValue::as_double() const {
  if (!is(JsonKind::number)) return mismatch("a number");
  return node().real_value;
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  if (!is(JsonKind::object)) return std::nullopt;
  for (auto child = node().first_child; child != kNone; child = nodes_->all[child].next) {
    if (nodes_->all[child].key != key) continue;
    if (nodes_->all[child].kind == JsonKind::null) return std::nullopt;
    return JsonValue(nodes_, child);
  }
  return std::nullopt;
}

Result<JsonValue> JsonValue::at(std::string_view key) const {
  if (!is(JsonKind::object)) return mismatch("an object with \"" + std::string(key) + "\"");
  if (auto found = find(key)) return *found;
  return corrupt("\"" + std::string(key) + "\" is missing");
}

Result<bool> JsonValue::bool_or(std::string_view key, bool fallback) const {
  const auto found = find(key);
  return found ? found->as_bool() : fallback;
}

Result<std::uint64_t> JsonValue::uint_or(std::string_view key, std::uint64_t fallback) const {
  const auto found = find(key);
  return found ? found->as_uint() : fallback;
}

Result<double> JsonValue::double_or(std::string_view key, double fallback) const {
  const auto found = find(key);
  return found ? found->as_double() : fallback;
}

Result<std::string> JsonValue::string_or(std::string_view key, std::string_view fallback) const {
  const auto found = find(key);
  if (!found) return std::string(fallback);
  const auto text = found->as_string();
  if (!text) return text.error();
  return std::string(*text);
}

Result<void> JsonValue::for_each_member(
    const std::function<Result<void>(std::string_view, const JsonValue&)>& visit) const {
  if (!is(JsonKind::object)) return mismatch("an object");
  for (auto child = node().first_child; child != kNone; child = nodes_->all[child].next) {
    if (auto outcome = visit(nodes_->all[child].key, JsonValue(nodes_, child)); !outcome) return outcome;
  }
  return {};
}

Result<void> JsonValue::for_each_element(
    const std::function<Result<void>(std::size_t, const JsonValue&)>& visit) const {
  if (!is(JsonKind::array)) return mismatch("an array");
  for (auto child = node().first_child; child != kNone; child = nodes_->all[child].next) {
    if (auto outcome = visit(nodes_->all[child].position, JsonValue(nodes_, child)); !outcome) return outcome;
  }
  return {};
}

std::size_t JsonValue::size() const { return node().child_count; }

std::string JsonValue::to_json() const { return simdjson::minify(node().element); }

std::string JsonValue::path() const { return nodes_->path(index_); }

JsonDocument::JsonDocument(std::unique_ptr<const JsonValue::Nodes> nodes) : nodes_(std::move(nodes)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

JsonValue JsonDocument::root() const { return {nodes_.get(), 0}; }

Result<JsonDocument> JsonDocument::parse(std::string_view text, std::string name) {
  auto nodes = std::make_unique<JsonValue::Nodes>();
  nodes->name = std::move(name);
  // Its capacity bounds the document.
  auto failure = nodes->parser.allocate(text.size(), kMostJsonLevels + 1);  // the parser counts the document as a level
  simdjson::dom::element root;
  if (failure == simdjson::SUCCESS) failure = parse_copy(nodes->parser, text, root);
  if (failure == simdjson::NUMBER_ERROR) {
    failure = parse_copy(nodes->parser, with_huge_integers_as_reals(text), root);
  }
  if (failure == simdjson::MEMALLOC) {
    return Error{ErrorCode::resource_exhausted, nodes->name + ": not enough memory to parse it", {}, {}};
  }
  if (failure != simdjson::SUCCESS) {
    return Error{ErrorCode::data_corrupt, nodes->name + ": " + problem_of(text, failure), {}, {}};
  }
  nodes->add(root, kNone, {});
  return JsonDocument(std::move(nodes));
}

Result<JsonDocument> JsonDocument::read(const std::filesystem::path& path, std::size_t limit) {
  auto text = read_file(path, limit);
  if (!text) return text.error();
  auto document = parse(*text, path.filename().string());
  if (!document) document.error().detail = path.string();
  return document;
}

}  // namespace akidb::embedding::base
