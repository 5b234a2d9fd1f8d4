#include "base/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace akidb::embedding::base {

struct Digest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

// The only way that these calls of libcrypto fail is for want of memory.
Digest::Digest(DigestKind kind) : state_(std::make_unique<State>()) {
  const EVP_MD* const algorithm = kind == DigestKind::sha256 ? EVP_sha256() : EVP_sha1();
  if (state_->context == nullptr || EVP_DigestInit_ex(state_->context, algorithm, nullptr) != 1) {
    throw std::bad_alloc();
  }
}

Digest::~Digest() = default;
Digest::Digest(Digest&& other) noexcept = default;
Digest& Digest::operator=(Digest&& other) noexcept = default;

void Digest::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) != 1) throw std::bad_alloc();
}

std::string Digest::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_DigestFinal_ex(state_->context, digest.data(), &length) != 1) throw std::bad_alloc();
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2 * static_cast<std::size_t>(length));
  for (unsigned at = 0; at < length; ++at) {
    text += kDigits[digest[at] >> 4U];
    text += kDigits[digest[at] & 15U];
  }
  return text;
}

}  // namespace akidb::embedding::base
