#include "graph/onnx_file.hpp"

#include <onnx/checker.h>

#include <charconv>
#include <cstring>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/file.hpp"
#include "base/mmap_file.hpp"
#include "graph/staging_folder.hpp"
#include "model/onnx_external_data.hpp"

namespace akidb::embedding::graph {
namespace {

// protobuf's own limit.
constexpr std::uint64_t kLargestMessage = INT32_MAX;

struct Place {
  std::string location;
  std::uint64_t offset = 0;
};

Place place_of(const onnx::TensorProto& tensor) {
  Place place;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") place.location = entry.value();
    if (entry.key() == "offset") {
      std::from_chars(entry.value().data(), entry.value().data() + entry.value().size(), place.offset);
    }
  }
  return place;
}

std::uint64_t element_size(int type) {
  switch (type) {
    case onnx::TensorProto::FLOAT:
    case onnx::TensorProto::INT32:
    case onnx::TensorProto::UINT32: return 4;
    case onnx::TensorProto::INT64:
    case onnx::TensorProto::UINT64:
    case onnx::TensorProto::DOUBLE: return 8;
    case onnx::TensorProto::FLOAT16:
    case onnx::TensorProto::BFLOAT16:
    case onnx::TensorProto::INT16:
    case onnx::TensorProto::UINT16: return 2;
    default: return 1;
  }
}

// check_onnx_external_data() has passed.
Result<void> read_external(onnx::ModelProto& model, const std::filesystem::path& folder) {
  std::map<std::string, base::MmapFile> files;
  for (auto& tensor : *model.mutable_graph()->mutable_initializer()) {
    if (tensor.data_location() != onnx::TensorProto::EXTERNAL) continue;
    const auto place = place_of(tensor);
    if (!files.contains(place.location)) {
      auto opened = base::MmapFile::open(folder / place.location);
      if (!opened) return opened.error();
      files.emplace(place.location, std::move(*opened));
    }
    const auto bytes = files.at(place.location).bytes();
    const auto size = element_count(tensor) * element_size(tensor.data_type());
    if (place.offset > bytes.size() || size > bytes.size() - place.offset) {
      return Error{ErrorCode::data_corrupt, place.location + " ends before the tensor " + tensor.name(), {}, {}};
    }
    tensor.set_raw_data(bytes.data() + place.offset, size);
    tensor.clear_external_data();
    tensor.clear_data_location();
  }
  return {};
}

// The checker takes a folder for external data only with a file's name, and says of one that cannot be read that it is
// no valid graph.
void check_with_data(const onnx::ModelProto& model, const std::filesystem::path& folder) {
  std::unordered_map<std::string, int> opsets;
  for (const auto& set : model.opset_import()) opsets[set.domain()] = static_cast<int>(set.version());
  onnx::checker::CheckerContext context;
  context.set_ir_version(static_cast<int>(model.ir_version()));
  context.set_opset_imports(std::move(opsets));
  context.set_model_dir(folder.string());
  onnx::checker::check_graph(model.graph(), context, onnx::checker::LexicalScopeContext());
}

}  // namespace

std::uint64_t element_count(const onnx::TensorProto& tensor) {
  std::uint64_t count = 1;
  for (const auto extent : tensor.dims()) count *= static_cast<std::uint64_t>(extent);
  return count;
}

std::vector<float> float_values(const onnx::TensorProto& tensor) {
  if (!tensor.has_raw_data()) return {tensor.float_data().begin(), tensor.float_data().end()};
  std::vector<float> values(tensor.raw_data().size() / sizeof(float));
  std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
  return values;
}

std::int64_t opset_of(const onnx::ModelProto& model) {
  for (const auto& set : model.opset_import()) {
    if (set.domain().empty() || set.domain() == "ai.onnx") return set.version();
  }
  return 0;
}

Result<onnx::ModelProto> load_onnx(const std::filesystem::path& file) {
  const auto facts = model::read_onnx_facts(file);
  if (!facts) return facts.error();
  if (auto checked = model::check_onnx_external_data(file, *facts); !checked) return checked.error();
  const auto mapped = base::MmapFile::open(file);
  if (!mapped) return mapped.error();
  const auto bytes = mapped->bytes();
  onnx::ModelProto model;
  if (bytes.size() > kLargestMessage || !model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{ErrorCode::data_corrupt, file.filename().string() + ": not an ONNX graph", file.string(), {}};
  }
  if (auto read = read_external(model, file.parent_path()); !read) return read.error();
  return model;
}

Result<std::uint64_t> save_onnx(const onnx::ModelProto& model, const std::filesystem::path& file) {
  if (model.ByteSizeLong() > kLargestMessage) {
    return Error{ErrorCode::resource_exhausted, "the graph is larger than the 2 GB that an ONNX file can hold", {}, {}};
  }
  try {
    const std::string bytes = model.SerializeAsString();
    const auto staging = StagingFolder::create(file);
    if (!staging) return staging.error();
    const auto written = base::write_file_atomically(file, bytes, staging->path() / file.filename());
    if (!written) return written.error();
    return bytes.size();
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::resource_exhausted, "not enough memory to write the graph", file.string(), {}};
  } catch (const std::exception& exception) {  // protobuf
    return Error{ErrorCode::internal, "the graph cannot be written", exception.what(), {}};
  }
}

Result<void> check_onnx(const onnx::ModelProto& model, const std::filesystem::path& folder) {
  try {
    folder.empty() ? onnx::checker::check_model(model) : check_with_data(model, folder);
    return {};
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::resource_exhausted, "not enough memory to check the graph", {}, {}};
  } catch (const std::exception& exception) {
    return Error{ErrorCode::internal, "the graph that was made is not valid ONNX", exception.what(), {}};
  }
}

}  // namespace akidb::embedding::graph
