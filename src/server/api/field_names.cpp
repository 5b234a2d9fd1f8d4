#include "server/api/field_names.hpp"

#include <charconv>
#include <string>

namespace akidb::embedding::server {
namespace {

constexpr std::string_view kInputs = "inputs";
constexpr std::string_view kDimensions = "dimensions";

std::string name_of_input(const FieldNames& names, std::size_t index) {
  if (names.is_one_text) return std::string(names.inputs);
  if (names.first_input.empty()) return std::string(names.inputs) + "[" + std::to_string(index) + "]";
  if (index == 0) return std::string(names.first_input);
  return std::string(names.inputs) + "[" + std::to_string(index - 1) + "]";
}

}  // namespace

void use_names(const FieldNames& names, Error& error) {
  std::string_view rest = error.message;
  std::string name;
  if (rest.starts_with(kDimensions) && rest.substr(kDimensions.size()).starts_with(':')) {
    name = names.dimensions;
    rest.remove_prefix(kDimensions.size());
  } else if (rest.starts_with(kInputs)) {
    rest.remove_prefix(kInputs.size());
    name = names.inputs;
    std::size_t index = 0;
    if (rest.starts_with('[')) {
      const auto [end, problem] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), index);
      if (problem != std::errc() || end == rest.data() + rest.size() || *end != ']') return;
      rest.remove_prefix(static_cast<std::size_t>(end + 1 - rest.data()));
      name = name_of_input(names, index);
    }
    if (!rest.starts_with(':')) return;
  } else {
    return;
  }
  error.message = name + std::string(rest);
}

}  // namespace akidb::embedding::server
