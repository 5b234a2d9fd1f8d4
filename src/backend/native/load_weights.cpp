#include "backend/native/load_weights.hpp"

#include <string>
#include <utility>

#include "backend/native/input_factors.hpp"
#include "backend/native/packed_file.hpp"
#include "base/sha256.hpp"

namespace akidb::embedding::backend::native {
namespace {

using kernels::Precision;

// Goes up with every change to what is packed, or to how.
constexpr int kPackingVersion = 1;

// Fewer bytes are packed faster than a file is opened.
constexpr std::size_t kLeastBytes = std::size_t{1} << 20;

// Sets that share a layout differ in how int8 inputs are rounded, and so in their factors.
std::string key_of(const Packing& packing) {
  return base::sha256_hex("akidb-embedding packed weights " + std::to_string(kPackingVersion) + "\n" +
                          packing.model.identity + "\n" + packing.set.name + " " + packing.set.int8.layout_name + "\n");
}

Result<std::unique_ptr<const EncoderWeights>> pack_anew(const Packing& packing, Executor& executor) {
  auto weights = pack_weights(packing, executor);
  if (!weights || packing.precision != Precision::int8) return weights;
  const auto factors = find_input_factors(packing, **weights, executor);
  if (!factors) return factors.error();
  weights->reset();
  return pack_weights(packing, executor, *factors);
}

}  // namespace

Result<std::unique_ptr<const EncoderWeights>> load_weights(const Packing& packing, const std::filesystem::path& folder,
                                                           Executor& executor) {
  constexpr bool kHasFactors = true;
  if (packing.precision != Precision::int8 || folder.empty() || packing.model.identity.empty()) {
    return pack_anew(packing, executor);
  }
  const std::size_t bytes = packed_bytes(packing, kHasFactors);
  if (bytes < kLeastBytes) return pack_anew(packing, executor);
  const std::string key = key_of(packing);
  if (auto file = PackedFile::open(folder, key, bytes, executor)) {
    return view_weights(packing, kHasFactors, std::move(*file));
  }
  auto weights = pack_anew(packing, executor);
  if (weights) keep_packed(folder, key, {(*weights)->memory.data(), bytes}, packing.model.source, executor);
  return weights;
}

}  // namespace akidb::embedding::backend::native
