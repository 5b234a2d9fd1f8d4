// Small graphs whose output is what was fed: a column for each input, in the order in which they are named.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace akidb::embedding::test {

struct ProbeGraph {
  enum class Type { int64, int32, float32, float64 };

  struct Output {
    std::string name;
    std::size_t rank = 3;  // 3: batch x sequence x inputs; 2: the mean over the sequence
    Type type = Type::float32;
  };

  std::vector<std::string> inputs = {"input_ids"};
  Type input_type = Type::int64;
  std::vector<Output> outputs = {{"last_hidden_state"}};

  std::vector<std::int64_t> sizes = {-1, -1};  // of the inputs; -1: any
  enum class Shape { same, transposed, cut };
  Shape shape = Shape::same;         // of rows of tokens: as the input's, sequence x batch, one token less
  std::int64_t vocabulary_size = 0;  // not 0: ids from it on fail in a table's Gather
};

void write_probe_graph(const std::filesystem::path& file, const ProbeGraph& graph);

}  // namespace akidb::embedding::test
