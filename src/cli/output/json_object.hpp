// Writing a JSON object member by member.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/output/json_text.hpp"

namespace akidb::embedding::cli {

//   JsonObject().add("name", name).add("threads", 4).raw("parts", array).text()
class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view value) { return raw(key, json_string(value)); }
  JsonObject& add(std::string_view key, const char* value) { return raw(key, json_string(value)); }
  JsonObject& add(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  JsonObject& add(std::string_view key, std::uint64_t value) { return raw(key, std::to_string(value)); }
  JsonObject& add(std::string_view key, std::uint32_t value) { return raw(key, std::to_string(value)); }

  // A number with `digits` digits after the point; null where there is none.
  JsonObject& add(std::string_view key, std::optional<double> value, int digits) {
    return raw(key, value ? fixed(*value, digits) : "null");
  }

  JsonObject& add(std::string_view key, const std::vector<std::string>& values) {
    std::string list = "[";
    for (const auto& value : values) list += (list.size() > 1 ? "," : "") + json_string(value);
    return raw(key, list + "]");
  }

  // null where the text is empty.
  JsonObject& add_or_null(std::string_view key, std::string_view value) {
    return raw(key, value.empty() ? "null" : json_string(value));
  }

  // `value` is JSON already.
  JsonObject& raw(std::string_view key, std::string_view value) {
    text_ += text_.size() > 1 ? "," : "";
    append_json_string(key, text_);
    text_.append(":").append(value);
    return *this;
  }

  [[nodiscard]] std::string text() const { return text_ + "}"; }

 private:
  std::string text_ = "{";
};

// "[a,b]" of the JSON that `to_json` makes of each value.
template <class Values, class ToJson>
std::string json_array(const Values& values, const ToJson& to_json) {
  std::string list = "[";
  for (const auto& value : values) list += (list.size() > 1 ? "," : "") + to_json(value);
  return list + "]";
}

}  // namespace akidb::embedding::cli
