#include <akidb/embedding/tokenizer.hpp>
#include <utility>

#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/input/line_reader.hpp"
#include "cli/input/readers.hpp"
#include "cli/input/tokenize_request.hpp"
#include "cli/output/json_text.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/meter.hpp"
#include "cli/terminal/stop_signal.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kFlush = std::size_t{256} * 1024;

void append_ids(const std::vector<std::uint32_t>& ids, std::string& out) {
  out += '[';
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (i > 0) out += ',';
    out += std::to_string(ids[i]);
  }
  out += ']';
}

void append_row(const Encoding& encoding, bool byte_offsets, std::string& out) {
  out += "{\"ids\":";
  append_ids(encoding.ids, out);
  out += ",\"type_ids\":";
  append_ids(encoding.type_ids, out);
  out += ",\"tokens\":[";
  for (std::size_t i = 0; i < encoding.tokens.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(encoding.tokens[i], out);
  }
  out += "],\"offsets\":[";
  const auto& offsets = byte_offsets ? encoding.byte_offsets : encoding.char_offsets;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    out += (i > 0 ? ",[" : "[") + std::to_string(offsets[i].begin) + "," + std::to_string(offsets[i].end) + "]";
  }
  out += "]}\n";
}

// The tokenizer of --tokenizer, or of the model: then the provider owns it.
struct Source {
  std::unique_ptr<Tokenizer> own;
  std::unique_ptr<EmbeddingProvider> provider;
  const Tokenizer* tokenizer = nullptr;
};

Result<Source> open_tokenizer(const Values& values, Console& console) {
  Source source;
  if (!values.text("tokenizer").empty()) {
    auto loaded = load_tokenizer(values.text("tokenizer"));
    if (!loaded) return loaded.error();
    source.own = *std::move(loaded);
    source.tokenizer = source.own.get();
    return source;
  }
  if (values.text("provider") == "remote") {
    return Error{ErrorCode::unsupported, "--provider: another server shows no tokenizer; name a --tokenizer", {}, {}};
  }
  auto provider = open_model(values, console);
  if (!provider) return provider.error();
  source.provider = *std::move(provider);
  source.tokenizer = source.provider->tokenizer();
  if (source.tokenizer == nullptr) return Error{ErrorCode::unsupported, "the model has no tokenizer here", {}, {}};
  return source;
}

class TokenizeRun {
 public:
  TokenizeRun(const Tokenizer& tokenizer, const Values& values, Console& console)
      : tokenizer_(tokenizer),
        console_(console),
        skip_bad_(values.text("on-error") == "skip"),
        byte_offsets_(values.on("byte-offsets")),
        max_line_bytes_(values.count("max-line-bytes")) {
    if (values.on("truncate")) options_.truncation = tokenizer.file_truncation();
    if (values.on("pad")) options_.padding = tokenizer.file_padding();
  }

  Result<void> run(LineReader& lines, OutputFile& out) {
    auto outcome = run_lines(lines, out);
    if (auto written = out.write(std::exchange(pending_, {})); !written) return written;  // what came before an error
    if (outcome && skipped_ > 0) {
      console_.say(LogLevel::warning, grouped(skipped_) + (skipped_ == 1 ? " bad line skipped" : " bad lines skipped"));
    }
    return outcome;
  }

 private:
  Result<void> run_lines(LineReader& lines, OutputFile& out) {
    while (true) {
      if (stop_requested()) return Error{ErrorCode::cancelled, "interrupted", {}, {}};
      if (pending_.size() >= kFlush || !lines.ready()) {
        if (auto written = out.write(std::exchange(pending_, {})); !written) return written;
      }
      const auto line = lines.next();
      if (!line) return line.error();
      if (!*line) return {};
      const auto problem =
          (*line)->too_long ? std::optional(too_long_problem(max_line_bytes_)) : tokenize((*line)->text);
      if (!problem) continue;
      const std::string place = lines.source().name() + ":" + std::to_string((*line)->number) + ": ";
      if (!skip_bad_) return Error{ErrorCode::invalid_argument, place + *problem, {}, {}};
      console_.say(LogLevel::warning, place + *problem + " (skipped)");
      ++skipped_;
    }
  }

  std::optional<std::string> tokenize(std::string_view line) {
    if (auto problem = read_tokenize_request(line, request_)) return problem;
    options_.add_special_tokens = request_.add_special_tokens;
    const auto encoding = tokenizer_.encode(request_.text, request_.pair, options_);
    if (!encoding) return encoding.error().message;
    append_row(*encoding, byte_offsets_, pending_);
    return std::nullopt;
  }

  const Tokenizer& tokenizer_;
  Console& console_;
  EncodeOptions options_;
  TokenizeRequest request_;
  bool skip_bad_;
  bool byte_offsets_;
  std::size_t max_line_bytes_;
  std::string pending_;
  std::uint64_t skipped_ = 0;
};

}  // namespace

Result<void> run_tokenize(const Invocation& invocation, Console& console) {
  const Values& values = invocation.values;
  auto input = open_source(values, console);
  if (!input) return input.error();
  const auto source = open_tokenizer(values, console);
  if (!source) return source.error();
  if (auto different = check_other_file(values); !different) return different;
  auto out = OutputFile::open(values.text("output"), OpenMode::anew);
  if (!out) return out.error();
  LineReader lines(*std::move(input), values.count("max-line-bytes"));
  return TokenizeRun(*source->tokenizer, values, console).run(lines, *out);
}

}  // namespace akidb::embedding::cli
