#include "server/api/text_cache.hpp"

#include <utility>

namespace akidb::embedding::server {
namespace {

constexpr std::size_t kOverhead = 200;  // of list, map and allocations, about

std::size_t cost(const std::string& key, const CachedRow& row) {
  return key.size() + row.values.size() * sizeof(float) + kOverhead;
}

}  // namespace

std::shared_ptr<const CachedRow> TextCache::find(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->row;
}

void TextCache::put(std::string key, std::shared_ptr<const CachedRow> row) {
  const std::size_t bytes = cost(key, *row);
  if (bytes > bound_) return;
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(key)) return;
  while (bytes_ + bytes > bound_) drop_oldest();
  entries_.push_front({std::move(key), std::move(row)});
  by_key_.emplace(entries_.front().key, entries_.begin());
  bytes_ += bytes;
}

void TextCache::drop_oldest() {
  const auto& oldest = entries_.back();
  bytes_ -= cost(oldest.key, *oldest.row);
  by_key_.erase(oldest.key);
  entries_.pop_back();
}

std::size_t TextCache::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

void TextCache::clear() {
  const std::lock_guard lock(mutex_);
  by_key_.clear();
  entries_.clear();
  bytes_ = 0;
}

}  // namespace akidb::embedding::server
