#include "base/cosine.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/output/json_text.hpp"
#include "cli/output/output_file.hpp"
#include "cli/terminal/width.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kNoTerminal = 100;
constexpr std::size_t kCell = 9;  // "  -0.1234"

std::string table(const std::vector<std::string>& texts, const Embeddings& rows) {
  const std::size_t columns = output_columns() == 0 ? kNoTerminal : output_columns();
  std::size_t label = 0;
  for (const auto& text : texts) label = std::max(label, display_width(text));
  const std::size_t cells = texts.size() * kCell;
  label = std::min(label, columns > cells + 20 ? columns - cells - 4 : 16);

  const auto right = [](const std::string& text, std::size_t width) {
    return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
  };
  const std::size_t number = std::to_string(texts.size()).size();
  std::string out(number + 2 + label, ' ');
  for (std::size_t i = 0; i < texts.size(); ++i) out += right(std::to_string(i + 1), kCell);
  out += '\n';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += right(std::to_string(i + 1), number) + "  " + padded(fitted(texts[i], label), label);
    for (std::size_t j = 0; j < texts.size(); ++j)
      out += right(fixed(base::cosine(rows.row(i), rows.row(j)), 4), kCell);
    out += '\n';
  }
  return out;
}

// {"texts":[...],"cosines":[[...],...]}
std::string json(const std::vector<std::string>& texts, const Embeddings& rows) {
  std::string out = "{\"texts\":[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(texts[i], out);
  }
  out += "],\"cosines\":[";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    out += i > 0 ? ",[" : "[";
    for (std::size_t j = 0; j < texts.size(); ++j) {
      if (j > 0) out += ',';
      append_float(static_cast<float>(base::cosine(rows.row(i), rows.row(j))), out);
    }
    out += ']';
  }
  return out + "]}\n";
}

}  // namespace

Result<void> run_similarity(const Invocation& invocation, Console& console) {
  const auto& texts = invocation.arguments;
  if (texts.size() < 2) {
    return Error{ErrorCode::invalid_argument,
                 "similarity: expected two texts or more, got " + std::to_string(texts.size()),
                 {},
                 {}};
  }
  auto provider = open_model(invocation.values, console);
  if (!provider) return provider.error();
  auto request = request_form(invocation.values);
  request.inputs.assign(texts.begin(), texts.end());
  const auto response = (*provider)->embed_batch(std::move(request));
  if (!response) return response.error();
  const auto make = invocation.values.on("json") ? json : table;
  return print(make(texts, response->embeddings));
}

}  // namespace akidb::embedding::cli
