// What a request says beside its texts, the same on every wire format.
#pragma once

#include <akidb/embedding/request.hpp>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "server/api/api_options.hpp"
#include "server/api/refusal.hpp"
#include "server/api/service.hpp"

namespace akidb::embedding::server {

// Header fields, or metadata; empty where they are not there.
struct CallHead {
  std::string_view timeout_ms;  // X-Request-Timeout-Ms
  std::string_view priority;    // X-Priority
};

// Deadline and priority into the call; the deadline that it has already stays where it is earlier. A refusal where a
// field is malformed.
std::optional<Refusal> apply_call_head(const CallHead& head, const ApiOptions& options, EmbedCall& call);

// Truncation as formats say it: whether, and from which side. Not said: as the server is set up.
Truncation truncation_of(const ApiOptions& options, std::optional<bool> truncate, bool left);

// Characters of all texts, for formats that count them. Token ids count one each.
std::size_t count_characters(const std::vector<Input>& inputs);

}  // namespace akidb::embedding::server
