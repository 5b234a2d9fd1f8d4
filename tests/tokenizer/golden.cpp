#include "golden.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "base/json.hpp"

namespace akidb::embedding::test {

std::filesystem::path data_folder() { return std::filesystem::path(AKIDB_EMBEDDING_TEST_DATA) / "tokenizer"; }

std::vector<std::string> read_lines(const std::filesystem::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

const Tokenizer& Tokenizers::operator[](const std::string& name) {
  auto& tokenizer = loaded_[name];
  if (!tokenizer) {
    const auto folder = data_folder() / "tokenizers" / name;
    const bool is_file = !std::filesystem::is_directory(folder);
    auto loaded = load_tokenizer(is_file ? std::filesystem::path(folder.string() + ".json") : folder);
    if (!loaded) {
      std::cerr << name << ": " << to_string(loaded.error()) << '\n';
      std::abort();
    }
    tokenizer = std::move(*loaded);
  }
  return *tokenizer;
}

std::string normalized_json(const std::string& json) {
  const auto document = base::JsonDocument::parse(json, "answer");
  return document ? document->root().to_json() : to_string(document.error());
}

}  // namespace akidb::embedding::test
