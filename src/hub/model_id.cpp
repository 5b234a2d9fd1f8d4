#include "hub/model_id.hpp"

#include <algorithm>

namespace akidb::embedding::hub {
namespace {

constexpr std::size_t kMaxId = 96;
constexpr std::size_t kMaxRevision = 255;
constexpr std::size_t kCommitDigits = 40;

// Not the locale's idea of letters.
bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

bool is_id_part(std::string_view part) {
  const auto is_edge = [](char c) { return c == '.' || c == '-'; };
  return !part.empty() && std::ranges::all_of(part, is_name_character) && !is_edge(part.front()) &&
         !is_edge(part.back()) && part.find("..") == std::string_view::npos &&
         part.find("--") == std::string_view::npos;
}

bool is_revision_part(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && std::ranges::all_of(part, is_name_character);
}

}  // namespace

Result<void> check_model_id(std::string_view id) {
  const auto slash = id.find('/');
  const bool valid = id.size() <= kMaxId && is_id_part(id.substr(0, slash)) &&
                     (slash == std::string_view::npos || is_id_part(id.substr(slash + 1)));
  if (valid) return {};
  return Error{ErrorCode::invalid_argument,
               "model: expected a folder, or an id like \"organisation/name\", found \"" + std::string(id) + "\"",
               {},
               {}};
}

Result<void> check_revision(std::string_view revision) {
  bool valid = revision.size() <= kMaxRevision;
  for (std::string_view rest = revision; valid;) {
    const auto slash = rest.find('/');
    valid = is_revision_part(rest.substr(0, slash));
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (valid) return {};
  return Error{ErrorCode::invalid_argument,
               "revision: expected a branch, a tag or a commit, found \"" + std::string(revision) + "\"",
               {},
               {}};
}

bool is_commit(std::string_view revision) noexcept {
  return revision.size() == kCommitDigits &&
         std::ranges::all_of(revision, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string hub_folder_name(std::string_view id) {
  std::string name = "models--";
  for (const char c : id) c == '/' ? name.append("--") : name.append(1, c);
  return name;
}

}  // namespace akidb::embedding::hub
