#include "net/masked.hpp"

namespace akidb::embedding::net {

std::string masked(std::string words, std::string_view secret, std::string_view name) {
  if (secret.empty()) return words;
  for (auto at = words.find(secret); at != std::string::npos; at = words.find(secret, at + name.size())) {
    words.replace(at, secret.size(), name);
  }
  return words;
}

}  // namespace akidb::embedding::net
