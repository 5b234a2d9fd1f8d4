#include "model/relative_path.hpp"

namespace akidb::embedding::model {

bool is_file_name(std::string_view text) noexcept {
  using namespace std::string_view_literals;
  return !text.empty() && text != "." && text != ".." && text.find_first_of("/\\:\0"sv) == std::string_view::npos;
}

bool is_path_inside(std::string_view text) noexcept {
  if (text.empty()) return true;
  for (;;) {
    const auto slash = text.find('/');
    if (!is_file_name(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

}  // namespace akidb::embedding::model
