// ObjectReader: the fields of a JSON object into native types, with errors that name the field.
//
//   ObjectReader in(root, "");
//   in.text("model", call.model);
//   in.boolean("truncate", truncate);
//   in.ignore("user");
//   if (auto problem = in.finish(Unknown::refuse)) return *problem;
#pragma once

#include <simdjson.h>
#include <akidb/embedding/error.hpp>
#include <akidb/embedding/request.hpp>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/refusal.hpp"

namespace akidb::embedding::server {

using JsonElement = simdjson::dom::element;

// "an array", for messages.
std::string_view kind_of(const JsonElement& element);

// The outermost value of a request body; valid until the next call on this thread. kBodyPadding bytes behind the body
// must be readable. Nested deeper than 64, invalid UTF-8 and numbers that no double holds are malformed.
struct ParsedBody {
  JsonElement root;
  std::optional<Refusal> problem;
};
ParsedBody parse_body(std::string_view body);

enum class Unknown : std::uint8_t { refuse, ignore };

// Reads nothing more after the first problem. A field that is null counts as absent.
class ObjectReader {
 public:
  // `place` goes before each field's name in messages.
  explicit ObjectReader(const JsonElement& element, std::string place = {});

  void text(std::string_view name, std::string& out);
  void boolean(std::string_view name, bool& out);
  void boolean(std::string_view name, std::optional<bool>& out);
  void whole_number(std::string_view name, std::optional<std::uint32_t>& out);
  // Index of the word that the field holds, letter case aside.
  void choice(std::string_view name, std::initializer_list<std::string_view> words, std::size_t& out);
  void texts(std::string_view name, std::vector<std::string>& out);
  // A text, token ids, or a list of either. `was_list` says which. Absent: nothing.
  void inputs(std::string_view name, std::vector<Input>& out, bool& was_list);
  void ignore(std::string_view name) { (void)find(name); }

  [[nodiscard]] std::optional<JsonElement> find(std::string_view name);
  [[nodiscard]] bool has(std::string_view name);

  void require(bool present, std::string_view name);
  void fail(std::string_view name, std::string_view expected, const JsonElement& found);
  void fail(std::string message);

  [[nodiscard]] std::optional<Refusal> finish(Unknown unknown);

 private:
  [[nodiscard]] std::string place_of(std::string_view name) const { return place_ + std::string(name); }

  std::string place_;
  std::optional<simdjson::dom::object> object_;
  std::vector<std::string_view> known_;
  std::optional<Refusal> problem_;
};

// The elements of `element` as inputs; a problem in words where it is none.
std::optional<std::string> read_inputs(const JsonElement& element, const std::string& place, std::vector<Input>& out,
                                       bool& was_list);

}  // namespace akidb::embedding::server
