// Reading JSON: the one seam to the JSON library, with errors that name the file and the field.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace akidb::embedding::base {

enum class JsonKind { null, boolean, number, string, array, object };

std::string_view to_string(JsonKind kind) noexcept;

class JsonDocument;

// A view of one value in a JsonDocument, which must outlive it and all string_views read from it.
// Knows its place: errors read "config.json: hidden_size: expected an unsigned integer, found string".
class JsonValue {
 public:
  [[nodiscard]] JsonKind kind() const;
  [[nodiscard]] bool is(JsonKind kind) const { return this->kind() == kind; }

  // The value as a type; data_corrupt where it is of another.
  [[nodiscard]] Result<std::string_view> as_string() const;
  [[nodiscard]] Result<bool> as_bool() const;
  [[nodiscard]] Result<std::uint64_t> as_uint() const;
  [[nodiscard]] Result<std::int64_t> as_int() const;
  [[nodiscard]] Result<double> as_double() const;

  // A member; data_corrupt where this is no object or has no such member.
  [[nodiscard]] Result<JsonValue> at(std::string_view key) const;

  // A member; nothing where this is no object, has no such member, or the member is null.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;

  // A member, or `fallback` where it is absent or null; data_corrupt where it is of another type.
  [[nodiscard]] Result<bool> bool_or(std::string_view key, bool fallback) const;
  [[nodiscard]] Result<std::uint64_t> uint_or(std::string_view key, std::uint64_t fallback) const;
  [[nodiscard]] Result<double> double_or(std::string_view key, double fallback) const;
  [[nodiscard]] Result<std::string> string_or(std::string_view key, std::string_view fallback) const;

  // Members in the order of the file, duplicates included; ends at the first error that `visit` returns.
  [[nodiscard]] Result<void> for_each_member(
      const std::function<Result<void>(std::string_view key, const JsonValue& value)>& visit) const;
  [[nodiscard]] Result<void> for_each_element(
      const std::function<Result<void>(std::size_t index, const JsonValue& value)>& visit) const;

  // Members of an object or elements of an array; 0 for all else.
  [[nodiscard]] std::size_t size() const;

  // The value as JSON text without white space.
  [[nodiscard]] std::string to_json() const;

  // "model.vocab[17]"; empty for the document itself.
  [[nodiscard]] std::string path() const;

  // A data_corrupt error at this place: "tokenizer.json: model.vocab: " + problem.
  [[nodiscard]] Error corrupt(std::string_view problem) const;
  // The same as `unsupported`: understood, but not to be had.
  [[nodiscard]] Error unsupported(std::string_view problem) const;

 private:
  friend class JsonDocument;
  struct Node;
  struct Nodes;
  JsonValue(const Nodes* nodes, std::uint32_t index) : nodes_(nodes), index_(index) {}
  [[nodiscard]] const Node& node() const;
  [[nodiscard]] Error mismatch(std::string_view expected) const;

  const Nodes* nodes_;
  std::uint32_t index_;
};

class JsonDocument {
 public:
  // Parses a whole text. `name` goes before every error, usually the file's name. Nested deeper than 64,
  // invalid UTF-8, numbers that no double holds and trailing text are data_corrupt, with line and column (but for
  // numbers): "config.json: line 3, column 7: not valid JSON: expected ',' or '}'".
  static Result<JsonDocument> parse(std::string_view text, std::string name);

  // Reads and parses a file of at most `limit` bytes.
  static Result<JsonDocument> read(const std::filesystem::path& path, std::size_t limit);

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  ~JsonDocument();

  // The outermost value. Must not be called on a moved-from document.
  [[nodiscard]] JsonValue root() const;

 private:
  explicit JsonDocument(std::unique_ptr<const JsonValue::Nodes> nodes);
  std::unique_ptr<const JsonValue::Nodes> nodes_;
};

}  // namespace akidb::embedding::base
