// Models by their id on the Hugging Face hub: bring, list, check, remove.
//
// The cache is huggingface_hub's own, laid out the same way, and may be used by both at the same time. The environment
// means the same too: HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE, HTTPS_PROXY,
// NO_PROXY, SSL_CERT_FILE.
#pragma once

#include <akidb/embedding/download.hpp>
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/result.hpp>
#include <akidb/embedding/tokenizer.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace akidb::embedding {

struct HubOptions {
  std::filesystem::path hub_cache{};  // as ProviderOptions::hub_cache
  std::filesystem::path cache{};      // as ProviderOptions::cache
  bool offline = false;               // opens no socket; HF_HUB_OFFLINE says the same
  DownloadCallback on_progress{};
};

struct PullOptions {
  std::string model = "sentence-transformers/all-MiniLM-L6-v2";
  std::string revision = "main";   // branch, tag or commit
  Dtype dtype = Dtype::automatic;  // fp16, int8: a published ONNX file of this type
  std::string onnx_file{};         // as ProviderOptions::onnx_file

  // Whose weights: native takes safetensors alone, onnx a graph where safetensors cannot be converted.
  ProviderKind provider = ProviderKind::automatic;
  HubOptions hub{};
};

struct PulledFile {
  std::string path;  // in the folder
  std::uint64_t bytes = 0;
};

struct PulledModel {
  std::filesystem::path folder;
  std::string commit;
  std::string weights;  // "model.safetensors", "onnx/model_O4.onnx"
  std::string reason;   // why these: one clause
  std::vector<PulledFile> files;
  std::uint64_t bytes = 0;       // of all files
  std::uint64_t downloaded = 0;  // of those, by this call: 0 where all was there
};

// Brings what the model needs and is not in the cache: configuration, tokenizer, and its weights in one form:
// safetensors, or an ONNX file with its external data. Never pickle. Every file is checked by size and digest before it
// gets its name, so nothing partial is ever read. Several processes may call it at once: one downloads. Offline it
// says what is here: not_found where that is not the whole.
//
// Errors: not_found (no such model, revision or file), unauthenticated (gated: says where to accept the terms; a token
// that is wrong), unavailable (no connection; offline), resource_exhausted (the disk; too many requests), data_corrupt
// (what came is not the file; no hub answers there), invalid_argument (several ONNX files fit; a cache that cannot be
// written), cancelled, unsupported (a build without the hub's client).
Result<PulledModel> pull_model(const PullOptions& options);

struct CachedSnapshot {
  std::string commit;             // empty for a model that set-up brought
  std::vector<std::string> refs;  // branches and tags that stand at it
  std::size_t files = 0;
  std::size_t missing = 0;  // names whose content is not there
};

struct CachedModel {
  std::string model;
  std::filesystem::path folder;
  bool from_hub = true;  // in the hub's cache; false: brought by set-up
  std::vector<CachedSnapshot> snapshots;
  std::uint64_t bytes = 0;
  std::uint64_t partial_bytes = 0;  // of downloads that were broken off
};

// The models on this machine, by name.
Result<std::vector<CachedModel>> list_models(const HubOptions& options = {});

struct FileProblem {
  std::string file;
  std::string commit;
  std::string problem;  // what was expected and what is there
  bool repaired = false;
};

struct VerifyReport {
  std::size_t checked = 0;  // contents that were hashed
  std::uint64_t bytes = 0;  // of those
  std::size_t unknown = 0;  // files without a digest to hold them against
  std::vector<FileProblem> problems;
};

// Hashes every content of the model anew. With `repair`, what is damaged or missing is downloaded again: errors are
// then those of pull_model(). not_found where the model is not in the cache.
Result<VerifyReport> verify_model(const std::string& model, bool repair, const HubOptions& options = {});

struct RemoveReport {
  std::vector<std::filesystem::path> folders;  // and files that were made of the model
  std::uint64_t bytes = 0;
};

// Removes the model from the hub's cache and from what set-up brought, with all its revisions; for readers in one
// step. What this library made of it (converted graphs, packed weights) goes too. not_found where there is none.
Result<RemoveReport> remove_model(const std::string& model, const HubOptions& options = {});

// Writes the model's plain ONNX graph to `path`: onnx/model.onnx, else model.onnx. External data goes beside it, under
// the name that the graph has for it. Errors: those of pull_model(); not_found where the model has neither.
Result<void> download_onnx_model(const std::string& model, const std::filesystem::path& path,
                                 const HubOptions& options = {});

// The tokenizer of a model: from the caches, else from the hub, without the model's weights.
Result<std::unique_ptr<Tokenizer>> load_tokenizer_by_id(const std::string& model, const std::string& revision = "main",
                                                        const HubOptions& options = {});

}  // namespace akidb::embedding
