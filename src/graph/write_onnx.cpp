#include <string>
#include <system_error>

#include "base/file.hpp"
#include "graph/convert.hpp"
#include "graph/staging_folder.hpp"
#include "graph/write_model.hpp"

namespace akidb::embedding::graph {

// The names inside the staging folder are the final ones, because the graph names its data file. The old
// graph goes before the new data comes: a reader finds a pair that fits or none.
Result<void> write_onnx(const model::ModelFolder& model, const std::filesystem::path& file,
                        const GraphOptions& options) {
  const std::string name = file.filename().string();
  const std::string data_name = name + ".data";
  auto staging = StagingFolder::create(file);
  if (!staging) return staging.error();
  const NamedGraph graph{name, options};
  if (auto outcome = write_graphs(model, staging->path(), data_name, {&graph, 1}); !outcome) return outcome;

  auto data = file;
  data += ".data";
  std::error_code failure;
  std::filesystem::remove(file, failure);
  if (!failure) std::filesystem::remove(data, failure);
  if (!failure && std::filesystem::exists(staging->path() / data_name)) {
    std::filesystem::rename(staging->path() / data_name, data, failure);
  }
  if (!failure) std::filesystem::rename(staging->path() / name, file, failure);
  if (!failure) return {};
  std::error_code ignored;
  std::filesystem::remove(data, ignored);
  return base::file_error(file, "write", failure.value());
}

}  // namespace akidb::embedding::graph
