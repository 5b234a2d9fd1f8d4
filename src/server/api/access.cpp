#include "server/api/access.hpp"

#include <algorithm>

#include "base/sha256.hpp"

namespace akidb::embedding::server {
namespace {

constexpr std::string_view kHashed = "sha256:";
constexpr std::size_t kDigits = 64;

bool is_digest(std::string_view text) {
  return text.size() == kDigits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Looks at every character, however early they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]));
  }
  return difference == 0;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<void> KeySet::add(std::string_view line) {
  if (line.starts_with(kHashed)) {
    std::string digest(line.substr(kHashed.size()));
    std::transform(digest.begin(), digest.end(), digest.begin(),
                   [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c); });
    if (!is_digest(digest)) {
      return Error{ErrorCode::invalid_argument, "an API key: expected 64 hexadecimal digits behind sha256:", {}, {}};
    }
    digests_.push_back(std::move(digest));
    return {};
  }
  if (line.find_first_of(" \t") != std::string_view::npos) {
    return Error{ErrorCode::invalid_argument, "an API key: expected no white space in it", {}, {}};
  }
  digests_.push_back(base::sha256_hex(line));
  return {};
}

Result<void> KeySet::add_lines(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find_first_of("\n,");
    const auto line = trimmed(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (line.empty() || line.starts_with('#')) continue;
    if (auto added = add(line); !added) return added;
  }
  return {};
}

std::optional<std::string> KeySet::name_of(std::string_view key) const {
  const std::string digest = base::sha256_hex(key);
  std::optional<std::string> name;
  for (const auto& known : digests_) {
    if (equal_in_constant_time(digest, known)) name = "key-" + known.substr(0, 8);
  }
  return name;
}

void ApiKeys::set(KeySet keys) {
  auto shared = std::make_shared<const KeySet>(std::move(keys));
  const std::lock_guard lock(mutex_);
  keys_ = std::move(shared);
}

std::shared_ptr<const KeySet> ApiKeys::get() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

}  // namespace akidb::embedding::server
