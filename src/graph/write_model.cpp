#include "graph/write_model.hpp"

#include <exception>
#include <new>

#include "base/file.hpp"
#include "base/file_writer.hpp"
#include "graph/encoder_graph.hpp"
#include "graph/encoder_parameters.hpp"
#include "graph/onnx_file.hpp"

namespace akidb::embedding::graph {
namespace {

// Bytes of weights from which a graph file without them is worth a second file.
constexpr std::uint64_t kLarge = 4'000'000;

std::uint64_t total_bytes(const model::Weights& weights) {
  std::uint64_t total = 0;
  for (const auto& file : weights.files()) {
    for (std::size_t i = 0; i < file.size(); ++i) total += file.tensor(i).bytes.size();
  }
  return total;
}

// What the graph writer knows: BERT's structure.
bool is_like_bert(const model::EncoderConfig& config) {
  return config.norms == model::NormPlacement::after && !config.gated && config.position_embeddings &&
         !config.padding_id && config.relative_buckets == 0 && config.rotary_theta == 0 && config.local_window == 0 &&
         config.attention_bias && config.mlp_bias && config.norm_bias;
}

// Whether the disk gives back what it took: its failure is none of the graph's.
Result<void> check_written(const std::filesystem::path& file, const std::string& bytes) {
  const auto back = base::read_file(file, bytes.size());
  if (back && *back == bytes) return {};
  if (!back && back.error().code == ErrorCode::resource_exhausted) return back.error();
  const auto name = file.filename().string();
  const auto why = back ? name + " does not hold what was written" : back.error().message;
  return Error{ErrorCode::data_corrupt, "the graph that was written cannot be read back: " + why, file.string(), {}};
}

Result<void> write_graph(const onnx::ModelProto& model, const std::filesystem::path& file) {
  const std::string bytes = model.SerializeAsString();
  auto writer = base::FileWriter::create(file);
  if (!writer) return writer.error();
  if (auto outcome = writer->append(std::as_bytes(std::span(bytes))); !outcome) return outcome;
  if (auto outcome = writer->finish(); !outcome) return outcome;
  if (auto same = check_written(file, bytes); !same) return same;
  return check_onnx(model, file.parent_path());
}

Result<void> write_all(const model::ModelFolder& model, const std::filesystem::path& folder,
                       const std::string& data_name, std::span<const NamedGraph> graphs) {
  if (!model.encoder) {
    return Error{
        ErrorCode::unsupported,
        "config.json describes no architecture that can be converted (known: " + model::architecture_names() + ")",
        model.folder.string(),
        {}};
  }
  if (!is_like_bert(*model.encoder)) {
    return Error{ErrorCode::unsupported,
                 "architecture \"" + model.encoder->architecture +
                     "\" cannot be converted to ONNX: the native provider runs it as it is",
                 model.folder.string(),
                 {}};
  }
  const model::Architecture* const architecture = model::find_architecture(model.encoder->architecture);
  if (model.safetensors.files.empty() || architecture == nullptr) {
    return Error{ErrorCode::not_found, "the model has no safetensors weights to convert", model.folder.string(), {}};
  }
  const auto weights = model::Weights::open(model.safetensors);
  if (!weights) return weights.error();
  auto writer = total_bytes(*weights) < kLarge ? Result<ParameterWriter>(ParameterWriter())
                                               : ParameterWriter::with_data_file(folder / data_name);
  if (!writer) return writer.error();
  const GraphOptions& options = graphs.front().options;
  const model::EncoderTensors tensors(*weights, *architecture, *model.encoder);
  auto outcome = write_encoder_parameters(*model.encoder, tensors, {options.token_type_ids, options.fuse_qkv}, *writer);
  if (!outcome) return outcome;
  const auto parameters = writer->finish();
  if (!parameters) return parameters.error();
  for (const auto& graph : graphs) {
    outcome =
        write_graph(encoder_graph(*model.encoder, *architecture, graph.options, *parameters), folder / graph.file_name);
    if (!outcome) return outcome;
  }
  return {};
}

}  // namespace

bool is_converted(std::string_view model_type) {
  const model::Architecture* const row = model::find_architecture(model_type);
  return row != nullptr && row->norms == model::NormPlacement::after && !row->gated && row->position_embeddings &&
         !row->padding_id && row->keys.padding_id.empty() && row->keys.relative_buckets.empty() &&
         row->rotary_theta == 0 && row->local_window == 0 && row->attention_bias && row->mlp_bias && row->norm_bias;
}

Result<void> write_graphs(const model::ModelFolder& model, const std::filesystem::path& folder,
                          const std::string& data_name, std::span<const NamedGraph> graphs) {
  try {
    return write_all(model, folder, data_name, graphs);
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::resource_exhausted, "not enough memory to convert the model", model.folder.string(), {}};
  } catch (const std::exception& exception) {  // protobuf
    return Error{ErrorCode::internal, "the graph cannot be written", exception.what(), {}};
  }
}

}  // namespace akidb::embedding::graph
