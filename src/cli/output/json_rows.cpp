#include "cli/output/json_text.hpp"
#include "cli/output/row_format.hpp"

namespace akidb::embedding::cli {
namespace {

// {"index":0,"id":7,"lang":"de","text":"...","embedding":[...]}
class JsonRows : public RowFormat {
 public:
  explicit JsonRows(RowOptions options)
      : options_(std::move(options)),
        id_key_(json_string(options_.id_field)),
        text_key_(json_string(options_.text_field)),
        embedding_key_(json_string(options_.embedding_field)) {}

  void append(const Row& row, std::uint64_t /*rows*/, std::string& out) const override {
    append_object(row, out);
    out += '\n';
  }

 protected:
  void append_object(const Row& row, std::string& out) const {
    out += "{\"index\":";
    out += std::to_string(row.index);
    if (!row.record->id.empty()) out.append(",").append(id_key_).append(":").append(row.record->id);
    if (!row.record->fields.empty()) out.append(",").append(row.record->fields);
    if (options_.keep_text) {
      out.append(",").append(text_key_).append(":");
      append_json_string(row.record->text, out);
    }
    if (options_.per_token) {
      append_tokens(row, out);
    } else {
      out.append(",").append(embedding_key_).append(":");
      append_floats(row.embeddings->row(row.input), out);
    }
    out += '}';
  }

 private:
  void append_tokens(const Row& row, std::string& out) const {
    const auto [first, last] = row.embeddings->span_of(row.input);
    out += ",\"byte_offsets\":[";
    for (std::size_t i = first; i < last; ++i) {
      const auto range = row.embeddings->token_ranges[i];
      out += (i > first ? ",[" : "[") + std::to_string(range.begin) + "," + std::to_string(range.end) + "]";
    }
    out.append("],").append(embedding_key_).append(":[");
    for (std::size_t i = first; i < last; ++i) {
      if (i > first) out += ',';
      append_floats(row.embeddings->row(i), out);
    }
    out += ']';
  }

  RowOptions options_;
  std::string id_key_;
  std::string text_key_;
  std::string embedding_key_;
};

class JsonArray final : public JsonRows {
 public:
  using JsonRows::JsonRows;
  [[nodiscard]] std::string head(std::uint64_t /*rows*/) const override { return "["; }
  [[nodiscard]] std::string tail(std::uint64_t rows) const override { return rows == 0 ? "]\n" : "\n]\n"; }
  void append(const Row& row, std::uint64_t rows, std::string& out) const override {
    out += rows == 0 ? "\n" : ",\n";
    append_object(row, out);
  }
};

}  // namespace

std::unique_ptr<RowFormat> make_json_rows(RowOptions options) { return std::make_unique<JsonRows>(std::move(options)); }
std::unique_ptr<RowFormat> make_json_array(RowOptions options) {
  return std::make_unique<JsonArray>(std::move(options));
}

}  // namespace akidb::embedding::cli
