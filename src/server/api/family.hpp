// The wire families, and each one's map from refusals to HTTP statuses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/api/refusal.hpp"

namespace akidb::embedding::server {

enum class Family : std::uint8_t { own, openai, tei, cohere, jina, ollama, kserve };

inline constexpr std::size_t kFamilies = 7;

std::string_view to_string(Family family) noexcept;

// The status that clients of the family expect for this refusal.
int http_status(Family family, const Refusal& refusal) noexcept;

// The gRPC status code (the number that goes over the wire) likewise.
int grpc_code(Family family, const Refusal& refusal) noexcept;

}  // namespace akidb::embedding::server
