#include "model/model_identity.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <sstream>
#include <utility>

#include "base/file.hpp"
#include "base/mmap_file.hpp"

namespace akidb::embedding::model {
namespace {

// Every member by name, so that a new member stops the build here and is not forgotten.
std::string text_of(const EncoderConfig& config) {
  const auto& [architecture, hidden_size, layers, heads, intermediate_size, vocab_size, max_positions, type_vocab_size,
               layer_norm_epsilon, activation, norms, first_attention_norm, gated, attention_bias, mlp_bias, norm_bias,
               position_embeddings, padding_id, relative_buckets, rotary_theta, local_window, local_rotary_theta,
               local_layers] = config;
  std::ostringstream text;
  text << std::hexfloat << architecture;
  const auto add = [&](const auto&... values) { ((text << ' ' << values), ...); };
  add(hidden_size, layers, heads, intermediate_size, vocab_size, max_positions, type_vocab_size, layer_norm_epsilon);
  add(static_cast<int>(activation), static_cast<int>(norms), first_attention_norm, gated);
  add(attention_bias, mlp_bias, norm_bias, position_embeddings);
  add(padding_id ? std::to_string(*padding_id) : "none", relative_buckets);
  add(rotary_theta, local_window, local_rotary_theta);
  for (const bool is_local : local_layers) add(is_local);
  text << '\n';
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
  if (model.encoder) text += text_of(*model.encoder);
  for (const auto& path : model.safetensors.files) {
    const auto identity = base::content_identity(path);
    if (!identity) return identity.error();
    text += *identity + "\n";
    const auto file = base::MmapFile::open(path);
    if (!file) return file.error();
    text += header_of(file->bytes());
  }
  return text;
}

}  // namespace akidb::embedding::model
