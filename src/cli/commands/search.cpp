#include <algorithm>

#include "base/cosine.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/download_watcher.hpp"
#include "cli/commands/options.hpp"
#include "cli/commands/watcher.hpp"
#include "cli/output/json_text.hpp"
#include "cli/output/output_file.hpp"
#include "cli/stream/stream.hpp"
#include "cli/terminal/width.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kNoTerminal = 100;

struct Hit {
  double cosine;
  std::uint64_t index;
  std::uint64_t line;
  std::string text;
};

// Better first; among equals, the one that comes first in the file.
bool better(const Hit& a, const Hit& b) { return a.cosine != b.cosine ? a.cosine > b.cosine : a.index < b.index; }

// Keeps the best texts of each query while all texts stream by.
class BestTexts final : public RowTaker {
 public:
  BestTexts(const Embeddings& queries, std::size_t top) : queries_(queries), top_(top), best_(queries.rows()) {}

  void take(std::uint64_t index, const Record& record, const Embeddings& embeddings, std::size_t input) override {
    for (std::size_t query = 0; query < best_.size(); ++query) {
      const double value = base::cosine(queries_.row(query), embeddings.row(input));
      auto& hits = best_[query];  // a heap whose front is the worst
      if (hits.size() == top_) {
        if (value <= hits.front().cosine) continue;
        std::pop_heap(hits.begin(), hits.end(), better);
        hits.pop_back();
      }
      hits.push_back({value, index, record.line, record.text});
      std::push_heap(hits.begin(), hits.end(), better);
    }
  }

  Result<void> batch_done(const StreamCounts&) override { return {}; }

  std::vector<std::vector<Hit>> sorted() && {
    for (auto& hits : best_) std::sort(hits.begin(), hits.end(), better);
    return std::move(best_);
  }

 private:
  const Embeddings& queries_;
  std::size_t top_;
  std::vector<std::vector<Hit>> best_;
};

std::string table(const std::vector<std::string>& queries, const std::vector<std::vector<Hit>>& best) {
  const std::size_t columns = output_columns() == 0 ? kNoTerminal : output_columns();
  std::string out;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    if (i > 0) out += '\n';
    out += fitted(queries[i], columns) + "\nrank  cosine  text\n";
    for (std::size_t rank = 0; rank < best[i].size(); ++rank) {
      const std::string number = std::to_string(rank + 1);
      std::string value = fixed(best[i][rank].cosine, 4);
      if (value.front() != '-') value.insert(0, " ");
      out += std::string(number.size() < 4 ? 4 - number.size() : 0, ' ') + number + " " + value + "  " +
             fitted(best[i][rank].text, columns > 34 ? columns - 14 : 20) + "\n";
    }
  }
  return out;
}

// A line a query: {"query":...,"results":[{"rank":1,"cosine":...,"index":...,"line":...,"text":...},...]}
std::string json(const std::vector<std::string>& queries, const std::vector<std::vector<Hit>>& best) {
  std::string out;
  for (std::size_t i = 0; i < queries.size(); ++i) {
    out += "{\"query\":" + json_string(queries[i]) + ",\"results\":[";
    for (std::size_t rank = 0; rank < best[i].size(); ++rank) {
      const Hit& hit = best[i][rank];
      out += (rank > 0 ? ",{\"rank\":" : "{\"rank\":") + std::to_string(rank + 1) + ",\"cosine\":";
      append_float(static_cast<float>(hit.cosine), out);
      out += ",\"index\":" + std::to_string(hit.index) + ",\"line\":" + std::to_string(hit.line) + ",\"text\":";
      append_json_string(hit.text, out);
      out += '}';
    }
    out += "]}\n";
  }
  return out;
}

}  // namespace

Result<void> run_search(const Invocation& invocation, Console& console) {
  const Values& values = invocation.values;
  const auto& queries = invocation.arguments;
  if (queries.empty()) return Error{ErrorCode::invalid_argument, "search: expected a query, got none", {}, {}};
  auto reader = open_records(values, false, console);
  if (!reader) return reader.error();
  auto provider = open_model(values, console);
  if (!provider) return provider.error();

  auto request = request_form(values);
  request.input_type = InputType::query;
  request.inputs.assign(queries.begin(), queries.end());
  const auto vectors = (*provider)->embed_batch(std::move(request));
  if (!vectors) return vectors.error();

  StreamOptions options;
  options.request = request_form(values);
  options.request.input_type = InputType::document;
  options.request.priority = Priority::bulk;
  options.batch_size = values.count("batch-size");
  options.skip_bad = values.text("on-error") == "skip";
  BestTexts taker(vectors->embeddings, values.count("top-k"));
  ConsoleWatcher watcher(console, values, **reader, false);
  auto counts = run_stream(**provider, **reader, options, taker, watcher);
  console.progress("");
  if (!counts) return counts.error();
  if (counts->rows == 0 && counts->skipped == 0) {
    return Error{ErrorCode::invalid_argument,
                 "search: expected texts to search in, but the input has no lines; --input names a file of them",
                 {},
                 {}};
  }
  watcher.done(*counts, "");
  const auto make = values.on("json") ? json : table;
  return print(make(queries, std::move(taker).sorted()));
}

}  // namespace akidb::embedding::cli
