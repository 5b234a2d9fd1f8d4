#include <simdjson.h>

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/json_scan.hpp"
#include "base/utf8.hpp"
#include "fuzz/cli_bodies.hpp"

namespace akidb::embedding::test {
namespace {

using base::JsonMember;

std::string unescaped(std::string_view text) {
  std::string out;
  base::unescape_json(text, out);
  return out;
}

// Both read the same members.
std::string compare(const std::vector<JsonMember>& members, const simdjson::dom::object& object) {
  std::size_t i = 0;
  std::string room;
  for (const auto [key, value] : object) {
    if (i == members.size()) return "a member too few";
    const auto& member = members[i++];
    if (base::key_name(member, room) != key) return "another key: " + std::string(member.key);
    std::string_view text;
    const bool is_string = value.get_string().get(text) == simdjson::SUCCESS;
    if (is_string != member.value.starts_with('"')) return "another kind of value: " + std::string(member.value);
    if (is_string && unescaped(member.value) != text) return "another text: " + std::string(member.value);
  }
  return i == members.size() ? "" : "a member too many";
}

std::string check_scan(std::string_view bytes) {
  std::vector<JsonMember> members;
  const auto problem = base::scan_json_object(bytes, members);
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  const auto failure = parser.parse(bytes.data(), bytes.size()).get_object().get(object);
  if (!problem && failure == simdjson::SUCCESS) return compare(members, object);
  // Numbers of any size are passed on; what cannot be a character and what is too deep is not.
  const bool stricter = problem && (problem->message.find("surrogate") != std::string::npos ||
                                    problem->message.find("64 levels") != std::string::npos);
  if (!problem && failure != simdjson::NUMBER_ERROR) return "simdjson takes it for none: " + std::string(bytes);
  if (problem && failure == simdjson::SUCCESS && !stricter) return "simdjson takes it: " + problem->message;
  return {};
}

std::string check_document(std::string_view bytes) {
  const auto document = base::JsonDocument::parse(bytes, "fuzz.json");
  if (!document) return document.error().code == ErrorCode::data_corrupt ? "" : "code: " + to_string(document.error());
  const std::string text = document->root().to_json();
  const auto again = base::JsonDocument::parse(text, "fuzz.json");
  return again && again->root().to_json() == text ? "" : "it reads otherwise when it is written: " + text;
}

}  // namespace

std::string fuzz_json(std::string_view bytes) {
  if (!base::find_invalid_utf8(bytes)) {
    if (auto problem = check_scan(bytes); !problem.empty()) return problem;
  }
  return check_document(bytes);
}

}  // namespace akidb::embedding::test
