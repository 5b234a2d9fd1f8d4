// Formats of output: each turns rows to bytes. Whoever owns the file puts them there.
#pragma once

#include <akidb/embedding/response.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "cli/input/record.hpp"

namespace akidb::embedding::cli {

enum class OutputFormat { jsonl, json, npy, f32 };

struct Row {
  std::uint64_t index = 0;  // of the record in the input, from 0, bad ones counted
  const Record* record = nullptr;
  const Embeddings* embeddings = nullptr;
  std::size_t input = 0;  // which of the embeddings' inputs
};

// A file is head(rows) as of its end, the rows, and tail(rows). head() has one length whatever the number of rows, so
// that it can be written first and written over later.
class RowFormat {
 public:
  virtual ~RowFormat() = default;
  [[nodiscard]] virtual std::string head(std::uint64_t /*rows*/) const { return {}; }
  [[nodiscard]] virtual std::string tail(std::uint64_t /*rows*/) const { return {}; }

  // `rows` are in the file already.
  virtual void append(const Row& row, std::uint64_t rows, std::string& out) const = 0;

  // Whether head() changes with the number of rows: such a file cannot go into a pipe.
  [[nodiscard]] virtual bool head_changes() const { return false; }
};

struct RowOptions {
  std::string embedding_field = "embedding";
  bool keep_text = false;
  std::string text_field = "text";
  std::string id_field;  // empty: none
  bool per_token = false;
};

std::unique_ptr<RowFormat> make_json_rows(RowOptions options);   // a line each
std::unique_ptr<RowFormat> make_json_array(RowOptions options);  // one array of all
std::unique_ptr<RowFormat> make_npy(std::size_t dimension);      // NumPy's format 1.0, float32, little-endian
std::unique_ptr<RowFormat> make_f32();                           // float32, little-endian, nothing else

}  // namespace akidb::embedding::cli
