#include "base/derivation.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "base/file.hpp"
#include "base/folder.hpp"

namespace akidb::embedding::base {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".source";
constexpr std::size_t kMaxNote = 16'384;

// One name for a path, whatever links lead to it.
fs::path one_name(const fs::path& path) {
  std::error_code failure;
  auto name = fs::weakly_canonical(path, failure);
  return failure ? path : name;
}

bool is_at_or_below(const fs::path& path, const fs::path& folder) {
  const auto [at, rest] = std::mismatch(path.begin(), path.end(), folder.begin(), folder.end());
  return rest == folder.end();
}

// Empty where there is no note.
fs::path source_of(const fs::path& note) {
  const auto text = read_file(note, kMaxNote);
  return text ? fs::path(*text) : fs::path();
}

}  // namespace

fs::path derivation_note(const fs::path& derived) {
  std::error_code ignored;
  if (fs::is_directory(derived, ignored)) return derived / kSuffix;
  auto note = derived;
  note += kSuffix;
  return note;
}

void note_derivation(const fs::path& derived, const fs::path& source) {
  // An error here is no more than a file that stays.
  static_cast<void>(write_file_atomically(derivation_note(derived), one_name(source).string()));
}

std::vector<fs::path> derived_from(const fs::path& source, std::span<const fs::path> places) {
  std::vector<fs::path> found = {one_name(source)};
  // What is found is a source in its turn.
  for (std::size_t at = 0; at < found.size(); ++at) {
    for (const auto& place : places) {
      for (const auto& path : entries_of(place)) {
        if (!is_at_or_below(source_of(derivation_note(path)), found[at])) continue;
        auto derived = one_name(path);
        if (std::ranges::find(found, derived) == found.end()) found.push_back(std::move(derived));
      }
    }
  }
  found.erase(found.begin());
  return found;
}

}  // namespace akidb::embedding::base
