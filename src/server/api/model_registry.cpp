#include "server/api/model_registry.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <utility>

namespace akidb::embedding::server {
namespace {

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool goes_by(const ModelEntry& entry, std::string_view name) {
  return entry.name == name || std::find(entry.aliases.begin(), entry.aliases.end(), name) != entry.aliases.end();
}

}  // namespace

void ModelRegistry::declare(std::string name, std::vector<std::string> aliases) {
  auto entry = std::make_shared<ModelEntry>();
  entry->name = std::move(name);
  entry->aliases = std::move(aliases);
  const std::lock_guard lock(mutex_);
  for (auto& each : entries_) {
    if (each->name != entry->name) continue;
    // A model of that name stays in service while its successor loads.
    entry->state = each->state;
    entry->model = each->model;
    entry->error = each->error;
    each = std::move(entry);
    return;
  }
  entries_.push_back(std::move(entry));
}

void ModelRegistry::put(std::string_view name, std::unique_ptr<EmbeddingProvider> provider,
                        std::optional<std::vector<std::string>> aliases) {
  static std::atomic<std::uint64_t> count{0};
  auto model = std::make_shared<ServedModel>();
  model->name = name;
  model->provider = std::move(provider);
  model->created = unix_seconds();
  if (auto info = model->provider->model_info()) model->info = *std::move(info);
  ModelEntry entry;
  entry.state = ModelState::ready;
  if (aliases) {
    entry.aliases = *std::move(aliases);
  } else if (const auto declared = find(name)) {
    entry.aliases = declared->aliases;
  }
  model->aliases = entry.aliases;
  model->cache_name = model->name + '\n' + std::to_string(++count);
  entry.name = name;
  entry.model = std::move(model);
  replace(name, entry);
}

void ModelRegistry::fail(std::string_view name, Error error) {
  ModelEntry entry;
  entry.name = name;
  if (const auto declared = find(name)) entry.aliases = declared->aliases;
  entry.state = ModelState::failed;
  entry.error = std::move(error);
  replace(name, entry);
}

void ModelRegistry::replace(std::string_view name, const ModelEntry& entry) {
  auto shared = std::make_shared<const ModelEntry>(entry);
  const std::lock_guard lock(mutex_);
  for (auto& each : entries_) {
    if (each->name == name) {
      retire(*each);
      each = std::move(shared);
      return;
    }
  }
  entries_.push_back(std::move(shared));
}

void ModelRegistry::keep(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const ModelEntry>> kept;
  for (const auto& name : names) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const auto& each) { return each && each->name == name; });
    if (found != entries_.end()) kept.push_back(std::exchange(*found, nullptr));
  }
  for (const auto& entry : entries_) {
    if (entry) retire(*entry);
  }
  entries_ = std::move(kept);
}

void ModelRegistry::retire(const ModelEntry& entry) {
  if (entry.model) retired_.push_back(entry.model);
}

void ModelRegistry::end_retired() {
  std::vector<std::shared_ptr<const ServedModel>> unused;
  {
    const std::lock_guard lock(mutex_);
    const auto used =
        std::partition(retired_.begin(), retired_.end(), [](const auto& model) { return model.use_count() > 1; });
    std::move(used, retired_.end(), std::back_inserter(unused));
    retired_.erase(used, retired_.end());
  }
}

std::shared_ptr<const ModelEntry> ModelRegistry::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  if (name.empty()) return entries_.empty() ? nullptr : entries_.front();
  for (const auto& each : entries_) {
    if (goes_by(*each, name)) return each;
  }
  return nullptr;
}

std::vector<std::shared_ptr<const ModelEntry>> ModelRegistry::list() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

bool ModelRegistry::all_ready() const {
  const std::lock_guard lock(mutex_);
  return !entries_.empty() && std::all_of(entries_.begin(), entries_.end(),
                                          [](const auto& each) { return each->state == ModelState::ready; });
}

}  // namespace akidb::embedding::server
