#include "graph/model_key.hpp"

#include <algorithm>
#include <cstring>
#include <sstream>

#include "base/file.hpp"
#include "base/mmap_file.hpp"
#include "base/sha256.hpp"

namespace akidb::embedding::graph {
namespace {

// Goes up with every change to the graphs that are written.
constexpr int kConverterVersion = 2;

std::string shape_of(const model::EncoderConfig& config) {
  std::ostringstream text;
  text << std::hexfloat << config.architecture << ' ' << config.hidden_size << ' ' << config.layers << ' '
       << config.heads << ' ' << config.intermediate_size << ' ' << config.vocab_size << ' ' << config.max_positions
       << ' ' << config.type_vocab_size << ' ' << config.layer_norm_epsilon << ' '
       << static_cast<int>(config.activation) << '\n';
  return std::move(text).str();
}

// The header as far as the file has it; whether it is valid is the reader's to say.
std::span<const std::byte> header_of(std::span<const std::byte> file) {
  std::uint64_t size = 0;
  if (file.size() < sizeof size) return file;
  std::memcpy(&size, file.data(), sizeof size);
  return file.first(sizeof size + std::min<std::uint64_t>(size, file.size() - sizeof size));
}

}  // namespace

Result<std::string> model_key(const model::ModelFolder& model) {
  base::Sha256 hash;
  hash.update("akidb-embedding converter " + std::to_string(kConverterVersion) + "\n");
  if (model.encoder) hash.update(shape_of(*model.encoder));
  for (const auto& path : model.safetensors) {
    const auto identity = base::file_identity(path);
    if (!identity) return identity.error();
    hash.update(*identity + "\n");
    const auto file = base::MmapFile::open(path);
    if (!file) return file.error();
    hash.update(header_of(file->bytes()));
  }
  return hash.finish();
}

}  // namespace akidb::embedding::graph
