// The models that are served, by name: what is loading, what is ready, what failed.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::server {

enum class ModelState : std::uint8_t { loading, ready, failed };

// A provider in service. Whoever holds it may use it.
struct ServedModel {
  std::string name;
  std::vector<std::string> aliases;
  std::unique_ptr<EmbeddingProvider> provider;
  ModelInfo info;
  std::int64_t created = 0;  // Unix seconds at which it became ready
  std::string cache_name;    // of its vectors in the TextCache: no other model's, whatever its name
};

struct ModelEntry {
  std::string name;
  std::vector<std::string> aliases;
  ModelState state = ModelState::loading;
  std::shared_ptr<const ServedModel> model;  // set while ready
  std::optional<Error> error;                // set when failed
};

// Thread-safe. The first model is the one that a request without a name gets.
class ModelRegistry {
 public:
  // Names that are to come, in their order; requests for them are told to wait.
  void declare(std::string name, std::vector<std::string> aliases);

  // Makes a model ready in place of one of that name, which is retired. `aliases`: in place of those declared.
  void put(std::string_view name, std::unique_ptr<EmbeddingProvider> provider,
           std::optional<std::vector<std::string>> aliases = std::nullopt);
  void fail(std::string_view name, Error error);

  // From now on these and no others, in this order; others are retired.
  void keep(const std::vector<std::string>& names);

  // By name or alias; empty: the first. Null where there is none.
  [[nodiscard]] std::shared_ptr<const ModelEntry> find(std::string_view name) const;
  [[nodiscard]] std::vector<std::shared_ptr<const ModelEntry>> list() const;

  // Whether there is a model, and every model is ready.
  [[nodiscard]] bool all_ready() const;

  // Ends the retired models that no request uses any more. A request never ends one: it may be on a thread of
  // that very model.
  void end_retired();

 private:
  void replace(std::string_view name, const ModelEntry& entry);
  void retire(const ModelEntry& entry);

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const ModelEntry>> entries_;
  std::vector<std::shared_ptr<const ServedModel>> retired_;
};

}  // namespace akidb::embedding::server
