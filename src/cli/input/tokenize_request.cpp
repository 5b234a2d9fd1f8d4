#include "cli/input/tokenize_request.hpp"

#include <vector>

#include "base/json_scan.hpp"
#include "cli/input/readers.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr auto kExample = R"( such as {"text": "hello world"})";

std::string expected(std::string_view field, std::string_view what, std::string_view value) {
  return "field " + std::string(field) + ": expected " + std::string(what) + ", found " +
         std::string(base::json_kind(value));
}

std::optional<std::string> read_text(std::string_view field, std::string_view value, std::string& out) {
  if (value.front() != '"') return expected(field, "a string", value);
  base::unescape_json(value, out);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_tokenize_request(std::string_view line, TokenizeRequest& request) {
  if (auto problem = utf8_problem(line)) return problem;
  std::vector<base::JsonMember> members;
  if (auto problem = base::scan_json_object(line, members)) {
    return "not JSON: " + problem->message + " at byte " + std::to_string(problem->byte) + "; a line is one object" +
           kExample;
  }
  if (const auto key = base::repeated_key(members)) return "field " + *key + " is there twice";
  request = {};
  bool has_text = false;
  std::string room;
  for (const auto& member : members) {
    const auto name = base::key_name(member, room);
    const auto value = member.value;
    std::optional<std::string> problem;
    if (name == "text") {
      has_text = true;
      problem = read_text("text", value, request.text);
    } else if (name == "pair" && value != "null") {
      problem = read_text("pair", value, request.pair.emplace());
    } else if (name == "add_special_tokens") {
      if (value != "true" && value != "false") return expected("add_special_tokens", "true or false", value);
      request.add_special_tokens = value == "true";
    }
    if (problem) return problem;
  }
  if (!has_text) return std::string("expected a field text,") + kExample;
  return std::nullopt;
}

}  // namespace akidb::embedding::cli
