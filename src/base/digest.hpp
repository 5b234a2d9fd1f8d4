// Message digests, by OpenSSL's libcrypto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace akidb::embedding::base {

enum class DigestKind : std::uint8_t {
  sha256,
  sha1,  // of names that git gives; proof against accidents, not against an attacker
};

// Feed with update(), then read once. Not thread-safe.
class Digest {
 public:
  explicit Digest(DigestKind kind);
  ~Digest();
  Digest(Digest&& other) noexcept;
  Digest& operator=(Digest&& other) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text) { update(std::as_bytes(std::span(text))); }

  // Lower-case hexadecimal digits of all that was fed: 64 for sha256, 40 for sha1.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace akidb::embedding::base
