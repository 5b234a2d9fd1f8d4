#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "base/derivation.hpp"
#include "base/file.hpp"
#include "base/file_lock.hpp"
#include "base/folder.hpp"
#include "base/log.hpp"
#include "base/sha256.hpp"
#include "graph/convert.hpp"
#include "graph/model_key.hpp"
#include "graph/staging_folder.hpp"
#include "graph/write_model.hpp"

namespace akidb::embedding::graph {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMasked = "model.onnx";
constexpr std::string_view kUnmasked = "model_unmasked.onnx";

// A text's tokens are all of type 0, so that neither graph has token_type_ids.
const std::array kGraphs = {
    NamedGraph{std::string(kMasked), {.attention_mask = true, .token_type_ids = false}},
    NamedGraph{std::string(kUnmasked), {.attention_mask = false, .token_type_ids = false}},
};

// What a whole folder holds, so that a damaged one is told from it. Of the weights, which are read through the graph,
// it has the size alone: their digest would take longer than the rest of a start.
constexpr std::string_view kContents = ".contents";
constexpr std::size_t kMostBytes = std::size_t{1} << 30;

std::optional<std::string> contents_of(const fs::path& folder) {
  std::vector<std::string> lines;
  for (const auto& path : base::entries_of(folder)) {
    const auto name = path.filename().string();
    if (name.starts_with('.')) continue;
    std::error_code failure;
    if (!fs::is_regular_file(path, failure)) return std::nullopt;
    std::string line = name + " " + std::to_string(fs::file_size(path, failure));
    if (path.extension() == ".onnx") {
      const auto graph = base::read_file(path, kMostBytes);
      if (!graph) return std::nullopt;
      line += " " + base::sha256_hex(*graph);
    }
    if (failure) return std::nullopt;
    lines.push_back(line + "\n");
  }
  std::ranges::sort(lines);
  std::string all;
  for (const auto& line : lines) all += line;
  return all;
}

bool is_whole(const fs::path& folder) {
  const auto known = base::read_file(folder / kContents, kMostBytes);
  return known && contents_of(folder) == *known;
}

// Under the lock nobody is at work, so that every staging folder is one that a killed process left.
void remove_leftovers(const fs::path& derived) {
  std::error_code ignored;
  for (const auto& path : base::entries_of(derived)) {
    if (path.filename().string().ends_with(kStagingSuffix)) fs::remove_all(path, ignored);
  }
}

Result<void> convert_into(const model::ModelFolder& model, const fs::path& folder) {
  const auto staging = StagingFolder::create(folder);
  if (!staging) return staging.error();
  if (auto outcome = write_graphs(model, staging->path(), std::string(kMasked) + ".data", kGraphs); !outcome) {
    return outcome;
  }
  base::note_derivation(staging->path(), model.folder);
  const auto contents = contents_of(staging->path());
  if (!contents) return base::file_error(staging->path(), "read", EIO);
  if (auto written = base::write_file_atomically(staging->path() / kContents, *contents); !written) return written;
  std::error_code failure;
  fs::rename(staging->path(), folder, failure);
  if (failure) return base::file_error(folder, "write", failure.value());
  return {};
}

}  // namespace

Result<fs::path> converted_onnx(const model::ModelFolder& model, const fs::path& derived) {
  const auto key = model_key(model);
  if (!key) return key.error();
  const fs::path folder = derived / *key;
  const fs::path graph = folder / kMasked;
  if (is_whole(folder)) return graph;

  std::error_code failure;
  fs::create_directories(derived, failure);
  if (failure) return base::file_error(derived, "create", failure.value());
  const auto lock = base::FileLock::acquire(derived / ".lock");
  if (!lock) return lock.error();
  if (is_whole(folder)) return graph;
  remove_leftovers(derived);
  if (fs::exists(folder, failure)) {
    base::log(LogLevel::warning, "the converted graph in " + folder.string() + " is not as it was written: made anew");
    fs::remove_all(folder, failure);
    if (failure) return base::file_error(folder, "remove", failure.value());
  }
  if (auto outcome = convert_into(model, folder); !outcome) return outcome.error();
  return graph;
}

fs::path unmasked_graph(const fs::path& converted) { return converted.parent_path() / kUnmasked; }

}  // namespace akidb::embedding::graph
