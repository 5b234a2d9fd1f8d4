#include "hub/pull.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/cpu_topology.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "base/log.hpp"
#include "hub/blob_download.hpp"
#include "hub/model_id.hpp"
#include "hub/model_store.hpp"

namespace akidb::embedding::hub {
namespace {

// Of a file that decides what else is fetched.
constexpr std::size_t kMaxSettings = std::size_t{64} << 20U;

class Pull {
 public:
  Pull(const PullRequest& request, const CacheFolders& folders, HubSession& session, DownloadMeter& meter)
      : request_(request), cache_(folders.hub, request.model), session_(session), meter_(meter) {}

  Result<Pulled> run() {
    auto repository = session_.repository(request_.model, request_.revision);
    if (!repository) return repository.error();
    repository_ = *std::move(repository);
    source_ = {request_.model, repository_.commit};
    if (auto settings = fetch_settings(); !settings) return settings.error();
    if (request_.parts == PullParts::model) {
      if (auto weights = fetch_weights(); !weights) return weights.error();
    }
    if (auto put = put_in_place(); !put) return put.error();
    return std::move(pulled_);
  }

 private:
  // Its blob and size, from the list or from its own answer.
  Result<RepoFile> known(const RepoFile& file) {
    if (!file.blob.empty()) return file;
    return session_.file(request_.model, repository_.commit, file.path);
  }

  // Brings it, where it is not here, and keeps it for put_in_place().
  Result<void> fetch(const RepoFile& file) {
    if (!cache_.has_file(repository_.commit, file)) {
      const bool here = cache_.has_blob(file);
      if (auto fetched = fetch_blob(session_, cache_, source_, file, meter_); !fetched) return fetched;
      if (!here) pulled_.downloaded += file.size;
    } else {
      meter_.begin_file(file.path);
      meter_.found(file.size);
    }
    pulled_.files.push_back(file);
    pulled_.bytes += file.size;
    return {};
  }

  Result<void> fetch_all(const std::vector<const RepoFile*>& wanted) {
    std::vector<RepoFile> files;
    std::uint64_t bytes = 0;
    for (const RepoFile* const each : wanted) {
      auto file = known(*each);
      if (!file) return file.error();
      bytes += file->size;
      files.push_back(*std::move(file));
    }
    meter_.expect(files.size(), bytes);
    for (const auto& file : files) {
      if (auto fetched = fetch(file); !fetched) return fetched;
    }
    return {};
  }

  // Where a file lies that fetch() has brought; empty where it has not.
  [[nodiscard]] std::filesystem::path place(std::string_view path) const {
    const auto file = std::ranges::find(pulled_.files, path, &RepoFile::path);
    if (file == pulled_.files.end()) return {};
    return cache_.has_blob(*file) ? cache_.blob(file->blob) : cache_.snapshot(source_.commit) / file->path;
  }

  Result<std::string> content(std::string_view path) const {
    const auto file = place(path);
    return file.empty() ? std::string() : base::read_file(file, kMaxSettings);
  }

  Result<void> fetch_settings() {
    if (const RepoFile* const modules = repository_.find("modules.json")) {
      if (auto fetched = fetch_all({modules}); !fetched) return fetched;
      const auto json = content("modules.json");
      if (!json) return json.error();
      auto folders = read_module_folders(*json);
      if (!folders) return folders.error();
      modules_ = *std::move(folders);
    }
    auto files = settings_files(repository_, modules_);
    std::erase_if(files, [](const RepoFile* file) { return file->path == "modules.json"; });
    if (request_.parts == PullParts::tokenizer) {
      std::erase_if(files, [](const RepoFile* file) { return file->path.ends_with(".safetensors"); });
    }
    return fetch_all(files);
  }

  // Whether its safetensors can be run; a model without a model_type has an unknown architecture.
  Result<bool> is_known() {
    if (!request_.knows) return true;
    const std::string folder = modules_.transformer.empty() ? "" : modules_.transformer + "/";
    const auto json = content(folder + "config.json");
    if (!json) return json.error();
    if (json->empty()) return false;
    const auto document = base::JsonDocument::parse(*json, "config.json");
    if (!document) return document.error();
    const auto type = document->root().string_or("model_type", "");
    if (!type) return type.error();
    return request_.knows(*type);
  }

  Result<WeightsChoice> choose(bool is_known) const {
    const bool has_to_be_graph = request_.form == PullForm::graph_or_known_safetensors && !is_known;
    const WeightsWish wish{request_.onnx, request_.form == PullForm::graph || has_to_be_graph,
                           request_.form == PullForm::safetensors, is_known};
    auto choice = choose_weights(repository_, modules_, wish, base::cpu_topology().instruction_sets);
    if (!choice && has_to_be_graph && choice.error().code == ErrorCode::not_found) {
      auto error = choice.error();
      error.message +=
          "; other weights of its architecture cannot be converted to ONNX (--provider native may run them)";
      return error;
    }
    return choice;
  }

  // What goes with the main file, which is here.
  Result<std::vector<const RepoFile*>> parts_of(const WeightsChoice& choice) {
    const auto& path = choice.main->path;
    if (choice.form == WeightsChoice::Form::index) {
      const auto json = content(path);
      return json ? read_shards(*json, path, repository_) : json.error();
    }
    if (choice.form == WeightsChoice::Form::graph && request_.external_data) {
      const auto locations = request_.external_data(place(path), path);
      return locations ? external_data(*locations, path, repository_) : locations.error();
    }
    return std::vector<const RepoFile*>();
  }

  Result<void> fetch_weights() {
    const auto known_here = is_known();
    if (!known_here) return known_here.error();
    const auto choice = choose(*known_here);
    if (!choice) return choice.error();
    pulled_.weights = choice->main->path;
    pulled_.reason = choice->reason;
    base::log(LogLevel::info, "model \"" + request_.model + "\": " + pulled_.weights + " (" + pulled_.reason + ")");
    if (auto fetched = fetch_all({choice->main}); !fetched) return fetched;
    const auto parts = parts_of(*choice);
    if (!parts) return parts.error();
    if (auto fetched = fetch_all(*parts); !fetched) return fetched;
    for (const RepoFile* const part : *parts) pulled_.parts.push_back(part->path);
    // Who looks for the weights looks for the main file: it goes last.
    const auto main = std::ranges::find(pulled_.files, pulled_.weights, &RepoFile::path);
    std::rotate(main, main + 1, pulled_.files.end());
    return {};
  }

  Result<void> put_in_place() {
    for (const auto& file : pulled_.files) {
      if (auto linked = cache_.link(source_.commit, file, session_.settings().symlinks); !linked) return linked;
    }
    pulled_.folder = cache_.snapshot(source_.commit);
    pulled_.commit = source_.commit;
    if (auto written = cache_.write_ref(request_.revision, source_.commit); !written) {
      // A cache that is read-only serves as it is.
      if (pulled_.downloaded > 0) return written;
      base::log(LogLevel::warning, written.error().message);
    }
    for (const auto name : settings_names()) {
      if (repository_.find(name) == nullptr) cache_.note_absent(source_.commit, std::string(name));
    }
    return {};
  }

  const PullRequest& request_;
  CachedRepository cache_;
  HubSession& session_;
  DownloadMeter& meter_;
  Repository repository_;
  Source source_;
  ModuleFolders modules_;
  Pulled pulled_;
};

}  // namespace

Result<Pulled> pull(const PullRequest& request, const CacheFolders& folders, const Environment& environment) {
  if (auto checked = check_model_id(request.model); !checked) return checked.error();
  if (auto checked = check_revision(request.revision); !checked) return checked.error();
  auto settings = hub_settings(environment);
  if (!settings) return settings.error();
  if (request.offline || settings->offline) {
    return Error{ErrorCode::unavailable,
                 "model \"" + request.model + "\" is to be had from the hub, and this is offline (--offline or " +
                     "HF_HUB_OFFLINE)",
                 {},
                 {}};
  }
  DownloadMeter meter(request.model, request.on_progress);
  auto session = HubSession::open(*std::move(settings), [&meter] { return meter.tick(); });
  if (!session) return session.error();
  auto pulled = Pull(request, folders, *session, meter).run();
  if (!pulled) return with_other_ways(pulled.error(), request.model);
  return pulled;
}

}  // namespace akidb::embedding::hub
