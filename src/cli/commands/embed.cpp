#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/commands/watcher.hpp"
#include "cli/input/readers.hpp"
#include "cli/output/row_file.hpp"
#include "cli/stream/stream.hpp"

namespace akidb::embedding::cli {
namespace {

Error wrong(std::string message) { return {ErrorCode::invalid_argument, std::move(message), {}, {}}; }

struct NamedFormat {
  std::string_view name;
  std::string_view extension;
  OutputFormat format;
};
constexpr std::array kFormats = {
    NamedFormat{"jsonl", ".jsonl", OutputFormat::jsonl}, NamedFormat{"json", ".json", OutputFormat::json},
    NamedFormat{"npy", ".npy", OutputFormat::npy},       NamedFormat{"f32", ".f32", OutputFormat::f32},
    NamedFormat{"f32", ".bin", OutputFormat::f32},
};
// Their readers would find JSON.
constexpr std::array<std::string_view, 7> kNotWritten = {".csv", ".tsv", ".parquet", ".arrow", ".npz", ".h5", ".pt"};

Result<OutputFormat> output_format(const Values& values) {
  const std::string& wanted = values.text("format");
  const std::string extension = extension_of(values.text("output"));
  for (const auto& row : kFormats) {
    if (wanted == "auto" ? row.extension == extension : row.name == wanted) return row.format;
  }
  if (std::ranges::find(kNotWritten, extension) != kNotWritten.end()) {
    return wrong("--output: expected a name that ends in .jsonl, .json, .npy, .f32 or .bin, or a --format, found \"" +
                 extension + "\"");
  }
  return OutputFormat::jsonl;
}

std::string_view name_of(OutputFormat format) {
  switch (format) {
    case OutputFormat::jsonl: return "jsonl";
    case OutputFormat::json: return "json";
    case OutputFormat::npy: return "npy";
    case OutputFormat::f32: return "f32";
  }
  return "";
}

std::unique_ptr<RowFormat> make_format(OutputFormat format, const Values& values, std::size_t dimension) {
  const RowOptions options{values.text("embedding-field"), values.on("keep-text"), values.text("text-field"),
                           values.text("id-field"), values.text("output-kind") == "tokens"};
  switch (format) {
    case OutputFormat::jsonl: return make_json_rows(options);
    case OutputFormat::json: return make_json_array(options);
    case OutputFormat::npy: return make_npy(dimension);
    case OutputFormat::f32: break;
  }
  return make_f32();
}

// What decides the bytes of a row. A run that goes on with other values would write a file of two kinds.
Job job_of(const Values& values, const ModelInfo& info, OutputFormat format, InputFormat input) {
  Job job = {{"version", "2"},
             {"model", info.model},
             {"revision", info.revision},
             {"provider", info.provider},
             {"dtype", info.dtype},
             {"matmul-precision", info.matmul_precision},
             {"max-length", std::to_string(info.max_tokens)},
             {"format", std::string(name_of(format))},
             {"input-format", input == InputFormat::lines   ? "lines"
                              : input == InputFormat::jsonl ? "jsonl"
                                                            : "csv"}};
  for (const auto name :
       {"onnx-file", "endpoint", "wire", "tokenizer", "text-field", "id-field", "embedding-field", "keep-text",
        "output-kind", "normalize", "dimensions", "input-type", "prompt-name", "truncation"}) {
    job.emplace_back(name, values.text(name));
  }
  return job;
}

class FileTaker final : public RowTaker {
 public:
  FileTaker(RowFile& file, std::uint64_t skipped_before) : file_(file), skipped_before_(skipped_before) {}

  void take(std::uint64_t index, const Record& record, const Embeddings& embeddings, std::size_t input) override {
    file_.add({index, &record, &embeddings, input});
  }
  Result<void> batch_done(const StreamCounts& counts) override {
    return file_.commit(counts.position, skipped_before_ + counts.skipped);
  }

 private:
  RowFile& file_;
  std::uint64_t skipped_before_;
};

// Each key of a JSON row has one value.
Result<void> check_row_keys(const Values& values) {
  const std::string& text = values.text("text-field");
  const std::string& id = values.text("id-field");
  const std::string& embedding = values.text("embedding-field");
  for (const auto* flag : {"text-field", "id-field", "embedding-field"}) {
    if (auto problem = utf8_problem(values.text(flag))) return wrong("--" + std::string(flag) + ": " + *problem);
  }
  std::vector<std::pair<std::string_view, std::string>> taken = {{"index", "the row's number"}};
  if (values.text("output-kind") == "tokens") taken.emplace_back("byte_offsets", "the tokens' places");
  if (values.on("keep-text")) taken.emplace_back(text, "the text (--keep-text)");
  if (!id.empty()) taken.emplace_back(id, "the id (--id-field)");
  taken.emplace_back(embedding, "the vector (--embedding-field)");
  for (std::size_t i = 0; i < taken.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (taken[i].first != taken[j].first) continue;
      return wrong("a row's field " + std::string(taken[i].first) + " would be both " + taken[j].second + " and " +
                   taken[i].second + "; name the latter otherwise");
    }
  }
  return {};
}

Result<void> check_flags(const Invocation& invocation, OutputFormat format) {
  const Values& values = invocation.values;
  const bool binary = format == OutputFormat::npy || format == OutputFormat::f32;
  if (!invocation.arguments.empty() && !values.text("input").empty()) {
    return wrong("expected texts on the command line or --input, got both");
  }
  if (invocation.arguments.size() == 1 && invocation.arguments.front() == "-") {
    return wrong("expected a text, got \"-\": standard input is --input -");
  }
  if (binary && values.text("output-kind") == "tokens") {
    return wrong("--output-kind tokens: expected --format jsonl or json, got " + std::string(name_of(format)));
  }
  if (values.text("id-field") == values.text("text-field")) {
    return wrong("--id-field: expected another field than --text-field, got " + values.text("id-field") + " for both");
  }
  if (!binary) {
    if (auto distinct = check_row_keys(values); !distinct) return distinct;
  }
  if (values.on("resume") && (values.text("output") == "-" || !invocation.arguments.empty())) {
    return wrong("--resume: expected --input and --output with a file each");
  }
  if (invocation.arguments.empty()) return check_other_file(values);
  return {};
}

// A request that the model refuses whatever the text (dimensions, a prompt) is to leave an old output alone.
Result<void> check_request(EmbeddingProvider& provider, const Values& values) {
  auto request = request_form(values);
  request.inputs.emplace_back("");
  const auto response = provider.embed_batch(std::move(request));
  if (!response) return response.error();
  return {};
}

// What is said of an output that is not finished.
Error unfinished(Error error, const RowFile& rows) {
  if (!rows.can_resume()) return error;
  const auto kept = rows.last().rows;
  error.message += "; " + grouped(kept) + (kept == 1 ? " row is in " : " rows are in ") + rows.file().name() +
                   ", and --resume goes on from there";
  return error;
}

// As after a power cut.
void warn_of_lost(const RowFile& rows, Console& console) {
  if (const auto lost = rows.lost(); lost != 0) {
    console.say(LogLevel::warning, rows.file().name() + ": " + grouped(lost) + (lost == 1 ? " row" : " rows") +
                                       " of the unfinished run did not reach the disk, and come again");
  }
}

// Said before the work begins: who forgot --resume can stop here, and knows what happened.
void warn_of_overwritten(const RowFile& rows, Console& console) {
  const auto lost = rows.overwritten();
  if (lost == 0) return;
  console.say(LogLevel::warning, rows.file().name() + ": overwrites an unfinished run (" + grouped(lost) +
                                     (lost == 1 ? " row" : " rows") + "); --resume would have gone on with it");
}

}  // namespace

Result<void> run_embed(const Invocation& invocation, Console& console) {
  const Values& values = invocation.values;
  const auto chosen = output_format(values);
  if (!chosen) return chosen.error();
  const OutputFormat format = *chosen;
  if (auto checked = check_flags(invocation, format); !checked) return checked;

  const bool from_arguments = !invocation.arguments.empty();
  const auto input = from_arguments ? Result<InputFormat>(InputFormat::lines) : input_format(values);
  if (!input) return input.error();
  const bool keep_fields = format == OutputFormat::jsonl || format == OutputFormat::json;
  auto reader =
      from_arguments ? Result(make_argument_reader(invocation.arguments)) : open_records(values, keep_fields, console);
  if (!reader) return reader.error();

  auto provider = open_model(values, console);
  if (!provider) return provider.error();
  const auto info = (*provider)->model_info();
  if (!info) return info.error();
  const std::size_t dimension = values.count("dimensions") > 0 ? values.count("dimensions") : info->dimension;

  if (auto accepted = check_request(**provider, values); !accepted) return accepted;
  auto rows = RowFile::open(
      make_format(format, values, dimension),
      {values.text("output"), values.on("resume"), !from_arguments, job_of(values, *info, format, *input)});
  if (!rows) return rows.error();
  warn_of_overwritten(*rows, console);
  warn_of_lost(*rows, console);
  if (rows->last().input.bytes > 0) {
    if (auto moved = (*reader)->go_to(rows->last().input); !moved) return moved.error();
  }

  StreamOptions options;
  options.request = request_form(values);
  options.request.priority = Priority::bulk;
  options.batch_size = values.count("batch-size");
  options.skip_bad = values.text("on-error") == "skip";
  FileTaker taker(*rows, rows->last().skipped);
  ConsoleWatcher watcher(console, values, **reader, rows->file().is_terminal());
  auto counts = run_stream(**provider, **reader, options, taker, watcher);
  if (!counts) {
    console.progress("");
    auto error = unfinished(std::move(counts).error(), *rows);
    if (auto finished = rows->finish(false); !finished && error.code == ErrorCode::cancelled) return finished;
    return error;
  }
  if (auto finished = rows->finish(true); !finished) return unfinished(std::move(finished).error(), *rows);
  watcher.done(*counts, values.text("output") == "-" ? "" : values.text("output"));
  return {};
}

}  // namespace akidb::embedding::cli
