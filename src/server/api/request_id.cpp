#include "server/api/request_id.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <random>

namespace akidb::embedding::server {
namespace {

constexpr std::size_t kLongestId = 128;

bool is_plain_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongestId && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.' || c == ':';
  });
}

}  // namespace

// A random beginning and a count: cheap.
std::string new_request_id() {
  static const std::uint64_t start = std::random_device{}() | std::uint64_t{std::random_device{}()} << 32U;
  static std::atomic<std::uint64_t> count{0};
  std::uint64_t value = start + count.fetch_add(1, std::memory_order_relaxed) * 0x9E3779B97F4A7C15ULL;
  std::string id(16, '0');
  for (char& c : id) {
    c = "0123456789abcdef"[value >> 60U];
    value <<= 4U;
  }
  return id;
}

std::string request_id_from(std::string_view given) {
  return is_plain_id(given) ? std::string(given) : new_request_id();
}

}  // namespace akidb::embedding::server
