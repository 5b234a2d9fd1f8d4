// Reading golden data of the tokenizer (tests/data/tokenizer/README.md).
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace akidb::embedding::test {

std::filesystem::path data_folder();
std::vector<std::string> read_lines(const std::filesystem::path& file);

// The tokenizers of the data folder, each loaded at its first use. Ends the test where one cannot be loaded.
class Tokenizers {
 public:
  const Tokenizer& operator[](const std::string& name);

 private:
  std::map<std::string, std::unique_ptr<Tokenizer>> loaded_;
};

// JSON without white space and with escapes of one kind.
std::string normalized_json(const std::string& json);

}  // namespace akidb::embedding::test
