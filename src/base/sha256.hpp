// SHA-256.
#pragma once

#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace akidb::embedding::base {

// A Digest of this kind: feed with update(), then read once.
class Sha256 : public Digest {
 public:
  Sha256() : Digest(DigestKind::sha256) {}
};

inline std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.finish();
}

}  // namespace akidb::embedding::base
