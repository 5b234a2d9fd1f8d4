#include "model/model_identity.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <sstream>

#include "base/file.hpp"
#include "base/mmap_file.hpp"

namespace akidb::embedding::model {
namespace {

std::string shape_of(const EncoderConfig& config) {
  std::ostringstream text;
  text << std::hexfloat << config.architecture << ' ' << config.hidden_size << ' ' << config.layers << ' '
       << config.heads << ' ' << config.intermediate_size << ' ' << config.vocab_size << ' ' << config.max_positions
       << ' ' << config.type_vocab_size << ' ' << config.layer_norm_epsilon << ' '
       << static_cast<int>(config.activation) << '\n';
  return std::move(text).str();
}

// The header as far as the file has it; whether it is valid is the reader's to say.
std::string_view header_of(std::span<const std::byte> file) {
  std::uint64_t size = 0;
  std::size_t length = file.size();
  if (file.size() >= sizeof size) {
    std::memcpy(&size, file.data(), sizeof size);
    length = sizeof size + static_cast<std::size_t>(std::min<std::uint64_t>(size, file.size() - sizeof size));
  }
  return {reinterpret_cast<const char*>(file.data()), length};
}

}  // namespace

Result<std::string> model_identity(const ModelFolder& model) {
  std::string text;
  if (model.encoder) text += shape_of(*model.encoder);
  for (const auto& path : model.safetensors.files) {
    const auto identity = base::file_identity(path);
    if (!identity) return identity.error();
    text += *identity + "\n";
    const auto file = base::MmapFile::open(path);
    if (!file) return file.error();
    text += header_of(file->bytes());
  }
  return text;
}

}  // namespace akidb::embedding::model
