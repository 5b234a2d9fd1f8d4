#include "hub/repository.hpp"

#include <algorithm>
#include <map>

#include "base/json.hpp"
#include "hub/model_id.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr std::size_t kMaxPath = 1024;
constexpr std::size_t kMaxName = 255;
constexpr std::size_t kSha256Digits = 64;
constexpr std::size_t kSha1Digits = 40;

// Characters beyond ASCII that are not seen but change what a terminal shows around them, by their first bytes in UTF-8
// and the range of the last one.
struct HiddenRange {
  std::string_view lead;
  unsigned char first;
  unsigned char last;
};
constexpr HiddenRange kHidden[] = {
    {"\xC2", 0x80, 0x9F},      // U+0080 to U+009F, control characters
    {"\xD8", 0x9C, 0x9C},      // U+061C, a mark of direction
    {"\xE2\x80", 0x8E, 0x8F},  // U+200E, U+200F, the same
    {"\xE2\x80", 0xA8, 0xAE},  // U+2028 to U+202E, separators of lines, embeddings and overrides of direction
    {"\xE2\x81", 0xA6, 0xA9},  // U+2066 to U+2069, isolates of direction
};

bool has_hidden(std::string_view name) noexcept {
  return std::ranges::any_of(kHidden, [&](const HiddenRange& range) {
    for (auto at = name.find(range.lead); at != std::string_view::npos; at = name.find(range.lead, at + 1)) {
      const auto rest = name.substr(at + range.lead.size());
      if (rest.empty()) return false;
      const auto last = static_cast<unsigned char>(rest.front());
      if (last >= range.first && last <= range.last) return true;
    }
    return false;
  });
}

bool is_safe_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= kMaxName && name != "." && name != ".." &&
         std::ranges::none_of(name, [](unsigned char c) { return c < ' ' || c == 0x7F || c == '\\' || c == ':'; }) &&
         !has_hidden(name);
}

// A mirror that does not know "blobs=true" lists names only.
Result<RepoFile> read_file(const base::JsonValue& entry, std::string path) {
  RepoFile file{std::move(path), {}, 0};
  const auto lfs = entry.find("lfs");
  if (!lfs && !entry.find("blobId")) return file;
  const auto holder = lfs ? *lfs : entry;
  const auto blob = holder.at(lfs ? "sha256" : "blobId").and_then([](const auto& value) { return value.as_string(); });
  if (!blob) return blob.error();
  const auto size = holder.at("size").and_then([](const auto& value) { return value.as_uint(); });
  if (!size) return size.error();
  if (blob->size() != (lfs ? kSha256Digits : kSha1Digits) || !is_blob_name(*blob)) {
    return holder.corrupt("expected a digest in hexadecimal digits, found \"" + std::string(blob->substr(0, 80)) +
                          "\"");
  }
  file.blob = *blob;
  file.size = *size;
  return file;
}

Result<std::string> read_commit(const base::JsonValue& root) {
  const auto sha = root.at("sha").and_then([](const auto& value) { return value.as_string(); });
  if (!sha) return sha.error();
  if (!is_commit(*sha)) return root.corrupt("sha: expected a commit of 40 hexadecimal digits");
  return std::string(*sha);
}

}  // namespace

const RepoFile* Repository::find(std::string_view path) const noexcept {
  const auto found = std::ranges::lower_bound(files, path, {}, &RepoFile::path);
  return found != files.end() && found->path == path ? &*found : nullptr;
}

Result<Repository> parse_repository(std::string_view json) {
  const auto document = base::JsonDocument::parse(json, "the hub's answer");
  if (!document) return document.error();
  const auto root = document->root();
  auto commit = read_commit(root);
  if (!commit) return commit.error();
  const auto siblings = root.at("siblings");
  if (!siblings) return siblings.error();

  std::map<std::string, RepoFile, std::less<>> files;
  const auto read = siblings->for_each_element([&](std::size_t, const base::JsonValue& entry) -> Result<void> {
    const auto path = entry.at("rfilename").and_then([](const auto& value) { return value.as_string(); });
    if (!path) return path.error();
    if (!is_safe_path(*path)) return {};
    auto file = read_file(entry, std::string(*path));
    if (!file) return file.error();
    const auto& [at, is_new] = files.try_emplace(file->path, *file);
    if (is_new || at->second.blob == file->blob) return {};
    return entry.corrupt("\"" + file->path + "\" is there twice, with two contents");
  });
  if (!read) return read.error();
  Repository repository{*std::move(commit), {}};
  repository.files.reserve(files.size());
  for (auto& [path, file] : files) repository.files.push_back(std::move(file));
  return repository;
}

bool is_safe_path(std::string_view path) noexcept {
  if (path.size() > kMaxPath) return false;
  while (true) {
    const auto slash = path.find('/');
    if (!is_safe_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_blob_name(std::string_view name) noexcept {
  return (name.size() == kSha256Digits || name.size() == kSha1Digits) &&
         std::ranges::all_of(name, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace akidb::embedding::hub
