// TextCache: vectors of texts that were embedded before, bounded in bytes, least recently used first out.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <akidb/embedding/response.hpp>

namespace akidb::embedding::server {

// A vector and what was said of its text.
struct CachedRow {
  std::vector<float> values;
  InputReport report;
};

// Thread-safe. Keys are compared in full: an answer is of exactly this text, asked for in exactly this way.
class TextCache {
 public:
  // 0 bytes: nothing is kept.
  explicit TextCache(std::size_t bytes) : bound_(bytes) {}

  [[nodiscard]] bool enabled() const noexcept { return bound_ > 0; }
  [[nodiscard]] std::shared_ptr<const CachedRow> find(std::string_view key);
  void put(std::string key, std::shared_ptr<const CachedRow> row);
  [[nodiscard]] std::size_t bytes() const;
  void clear();

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const CachedRow> row;
  };
  void drop_oldest();

  const std::size_t bound_;
  mutable std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  // the most recently used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_;
};

}  // namespace akidb::embedding::server
