// ApiKeys: who may call.
#pragma once

#include <akidb/embedding/result.hpp>
#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::server {

// A set of keys, kept as SHA-256 digests only.
class KeySet {
 public:
  // A key as it is sent, or "sha256:" and the 64 hexadecimal digits of its digest. invalid_argument, without the
  // key, where it is neither.
  Result<void> add(std::string_view line);

  // Lines of a file or of a variable: one key each, empty lines and lines that begin with # left out.
  Result<void> add_lines(std::string_view text);

  [[nodiscard]] bool empty() const noexcept { return digests_.empty(); }

  // A name for the key that is safe to show ("key-" and eight digits of its digest), or nothing where it is none of
  // the set. Takes the same time for every key of a length.
  [[nodiscard]] std::optional<std::string> name_of(std::string_view key) const;

 private:
  std::vector<std::string> digests_;  // in hexadecimal
};

// Thread-safe: the set may be replaced while requests are checked.
class ApiKeys {
 public:
  void set(KeySet keys);
  [[nodiscard]] std::shared_ptr<const KeySet> get() const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const KeySet> keys_ = std::make_shared<const KeySet>();
};

}  // namespace akidb::embedding::server
