#include "cli/commands/options.hpp"

#include <filesystem>

#include "base/ascii.hpp"

namespace akidb::embedding::cli {

ProviderOptions provider_options(const Values& values) {
  ProviderOptions options;
  if (!values.text("model").empty()) options.model = values.text("model");
  options.revision = values.text("revision");
  options.provider = provider_of(values);
  if (!values.text("device").empty()) options.device = values.text("device");
  options.device_id = values.text("device-id");
  options.device_memory = values.count("device-memory") * 1'000'000;
  options.dtype = dtype_of(values);
  const std::string& precision = values.text("matmul-precision");
  options.matmul_precision = precision == "high"      ? MatmulPrecision::high
                             : precision == "highest" ? MatmulPrecision::highest
                                                      : MatmulPrecision::automatic;
  options.onnx_file = values.text("onnx-file");
  options.tokenizer = values.text("tokenizer");
  if (values.text("pooling") != "model") options.pooling = values.text("pooling");
  options.max_batch_size = values.count("max-inputs");
  options.max_batch_tokens = values.count("max-batch-tokens");
  options.max_queued_sequences = values.count("max-queued-texts");
  options.max_queued_tokens = values.count("max-queued-tokens");
  options.max_length = static_cast<std::uint32_t>(values.count("max-length"));
  options.threads = static_cast<std::uint32_t>(values.count("threads"));
  options.cache = values.text("cache");
  options.hub_cache = values.text("hub-cache");
  options.offline = values.on("offline");
  if (!values.text("wire").empty()) options.remote.wire = values.text("wire");
  options.remote.endpoint = values.text("endpoint");
  options.remote.key_variable = values.text("key-variable");
  options.remote.key_file = values.text("key-file");
  if (values.count("timeout") > 0) options.remote.timeout = std::chrono::seconds(values.count("timeout"));
  options.remote.retries = static_cast<std::uint32_t>(values.count("retries"));
  options.onnxruntime = values.text("onnxruntime");
  return options;
}

ProviderKind provider_of(const Values& values) {
  const std::string& provider = values.text("provider");
  return provider == "hash"     ? ProviderKind::hash
         : provider == "onnx"   ? ProviderKind::onnx
         : provider == "remote" ? ProviderKind::remote
         : provider == "native" ? ProviderKind::native
         : provider == "mlx"    ? ProviderKind::mlx
                                : ProviderKind::automatic;
}

Dtype dtype_of(const Values& values) {
  const std::string& dtype = values.text("dtype");
  return dtype == "fp32"   ? Dtype::fp32
         : dtype == "fp16" ? Dtype::fp16
         : dtype == "bf16" ? Dtype::bf16
         : dtype == "int8" ? Dtype::int8
         : dtype == "fast" ? Dtype::fast
                           : Dtype::automatic;
}

HubOptions hub_options(const Values& values) {
  HubOptions options;
  options.hub_cache = values.text("hub-cache");
  options.cache = values.text("cache");
  options.offline = values.on("offline");
  return options;
}

BatchEmbeddingRequest request_form(const Values& values) {
  BatchEmbeddingRequest request;
  const std::string& normalize = values.text("normalize");
  request.normalize = normalize == "yes" ? Normalize::yes : normalize == "no" ? Normalize::no : Normalize::model;
  if (values.count("dimensions") > 0) request.dimensions = static_cast<std::uint32_t>(values.count("dimensions"));
  const std::string& type = values.text("input-type");
  request.input_type = type == "query" ? InputType::query : type == "document" ? InputType::document : InputType::none;
  request.prompt_name = values.text("prompt-name");
  const std::string& side = values.text("truncation");
  request.truncation = side == "left" ? Truncation::left : side == "error" ? Truncation::error : Truncation::right;
  if (values.text("output-kind") == "tokens") request.output = Output::tokens;
  return request;
}

std::string extension_of(const std::string& path) {
  return base::lower_ascii(std::filesystem::path(path).extension().string());
}

Result<InputFormat> input_format(const Values& values) {
  const std::string& format = values.text("input-format");
  if (format == "lines") return InputFormat::lines;
  if (format == "jsonl") return InputFormat::jsonl;
  if (format == "csv") return InputFormat::csv;
  const std::string extension = extension_of(values.text("input"));
  if (extension == ".jsonl" || extension == ".ndjson") return InputFormat::jsonl;
  if (extension == ".csv") return InputFormat::csv;
  for (const auto other : {".json", ".npy", ".parquet", ".arrow", ".gz", ".zst", ".zip", ".xlsx", ".tsv"}) {
    if (extension == other) {
      return Error{ErrorCode::invalid_argument,
                   "--input: expected lines, JSONL or CSV, got a " + extension +
                       " file; --input-format says which of them it is",
                   {},
                   {}};
    }
  }
  return InputFormat::lines;
}

Result<std::unique_ptr<ByteSource>> open_source(const Values& values, Console& console) {
  const std::string path = values.text("input").empty() ? "-" : values.text("input");
  if (path == "-" && input_is_terminal()) console.summary("Reading from the terminal; Ctrl-D ends the input.");
  return open_input(path);
}

Result<std::unique_ptr<RecordReader>> open_records(const Values& values, bool keep_fields, Console& console) {
  const auto format = input_format(values);
  if (!format) return format.error();
  auto source = open_source(values, console);
  if (!source) return source.error();
  RecordOptions options;
  options.format = *format;
  options.text_field = values.text("text-field");
  options.id_field = values.text("id-field");
  if (keep_fields) options.embedding_field = values.text("embedding-field");
  options.byte_offsets = values.text("output-kind") == "tokens";
  options.max_line_bytes = values.count("max-line-bytes");
  return make_record_reader(*std::move(source), options);
}

}  // namespace akidb::embedding::cli
