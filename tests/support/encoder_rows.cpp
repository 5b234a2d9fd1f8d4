#include "support/encoder_rows.hpp"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

namespace akidb::embedding {

std::vector<TokenIds> read_ids(const std::filesystem::path& file) {
  std::vector<TokenIds> sequences;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::istringstream words(line);
    sequences.emplace_back();
    for (std::uint32_t id = 0; words >> id;) sequences.back().push_back(id);
  }
  return sequences;
}

std::vector<float> read_rows(const std::filesystem::path& file) {
  std::vector<float> rows(std::filesystem::file_size(file) / sizeof(float));
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(rows.data()), static_cast<std::streamsize>(rows.size() * sizeof(float)));
  return rows;
}

}  // namespace akidb::embedding
