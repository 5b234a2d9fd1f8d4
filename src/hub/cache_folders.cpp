#include "hub/cache_folders.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <initializer_list>

namespace akidb::embedding::hub {
namespace {

namespace fs = std::filesystem;

// $HOME, else what the system's table of users says, else the working folder.
fs::path home_folder(const Environment& environment) {
  if (auto home = environment("HOME")) return *home;
  std::array<char, 4096> buffer{};
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_dir;
  }
  return ".";
}

fs::path expand(const std::string& text, const Environment& environment) {
  if (text == "~") return home_folder(environment);
  if (text.starts_with("~/")) return home_folder(environment) / text.substr(2);
  return text;
}

// The first of these that is set.
std::optional<fs::path> first_set(std::initializer_list<const char*> names, const Environment& environment) {
  for (const char* name : names) {
    if (auto text = environment(name)) return expand(*text, environment);
  }
  return std::nullopt;
}

// The XDG specification has relative paths ignored.
fs::path user_cache(const Environment& environment) {
  const auto set = first_set({"XDG_CACHE_HOME"}, environment);
  return set && set->is_absolute() ? *set : home_folder(environment) / ".cache";
}

fs::path hub_cache(const Environment& environment) {
  if (auto cache = first_set({"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}, environment)) return *cache;
  return hub_home(environment) / "hub";
}

}  // namespace

fs::path hub_home(const Environment& environment) {
  if (auto home = first_set({"HF_HOME"}, environment)) return *home;
  return user_cache(environment) / "huggingface";
}

std::optional<fs::path> path_in(const char* variable, const Environment& environment) {
  return first_set({variable}, environment);
}

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
}

CacheFolders cache_folders(const fs::path& own, const fs::path& hub, const Environment& environment) {
  CacheFolders folders;
  folders.hub = hub.empty() ? hub_cache(environment) : hub;
  if (!own.empty()) {
    folders.own = own;
  } else if (auto set = first_set({"AKIDB_EMBED_CACHE"}, environment)) {
    folders.own = *set;
  } else {
    folders.own = user_cache(environment) / "akidb-embedding";
  }
  return folders;
}

}  // namespace akidb::embedding::hub
