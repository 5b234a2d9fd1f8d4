#include "server/api/call_head.hpp"

#include <algorithm>
#include <charconv>

namespace akidb::embedding::server {

std::optional<Refusal> apply_call_head(const CallHead& head, const ApiOptions& options, EmbedCall& call) {
  std::optional<std::chrono::milliseconds> longest;
  if (options.request_timeout.count() > 0) longest = options.request_timeout;
  if (const auto text = head.timeout_ms; !text.empty()) {
    std::uint32_t given = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), given);
    if (problem != std::errc() || end != text.data() + text.size()) {
      return refusal(ErrorCode::invalid_argument, "X-Request-Timeout-Ms: expected a whole number of milliseconds");
    }
    const std::chrono::milliseconds asked(given);
    longest = longest ? std::min(*longest, asked) : asked;
  }
  if (longest) {
    const auto end = call.received + *longest;
    call.request.deadline = call.request.deadline ? std::min(*call.request.deadline, end) : end;
  }
  if (head.priority == "bulk") {
    call.request.priority = Priority::bulk;
  } else if (!head.priority.empty() && head.priority != "interactive") {
    return refusal(ErrorCode::invalid_argument, "X-Priority: expected interactive or bulk");
  }
  return std::nullopt;
}

Truncation truncation_of(const ApiOptions& options, std::optional<bool> truncate, bool left) {
  if (!truncate.value_or(options.auto_truncate)) return Truncation::error;
  return left ? Truncation::left : Truncation::right;
}

std::size_t count_characters(const std::vector<Input>& inputs) {
  std::size_t count = 0;
  for (const auto& input : inputs) {
    if (input.text() == nullptr) {
      count += input.token_ids()->size();
      continue;
    }
    for (const char c : *input.text()) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  }
  return count;
}

}  // namespace akidb::embedding::server
