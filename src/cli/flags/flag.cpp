#include "cli/flags/flag.hpp"

namespace akidb::embedding::cli {

std::string_view section_title(FlagSection section) noexcept {
  switch (section) {
    case FlagSection::model: return "Model and machine";
    case FlagSection::remote: return "Another server";
    case FlagSection::request: return "Vectors";
    case FlagSection::input: return "Input";
    case FlagSection::output: return "Output";
    case FlagSection::network: return "Network";
    case FlagSection::limits: return "Limits";
    case FlagSection::general: return "General";
  }
  return "";
}

std::string environment_name(const Flag& flag) {
  std::string name = "AKIDB_EMBED_";
  for (const char c : flag.name) name += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return name;
}

std::vector<std::string_view> choices(const Flag& flag) {
  std::vector<std::string_view> words;
  if (flag.kind != FlagKind::choice) return words;
  std::string_view rest = flag.value_name;
  while (true) {
    const auto bar = rest.find('|');
    words.push_back(rest.substr(0, bar));
    if (bar == std::string_view::npos) return words;
    rest.remove_prefix(bar + 1);
  }
}

}  // namespace akidb::embedding::cli
