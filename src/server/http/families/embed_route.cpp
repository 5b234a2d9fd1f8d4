#include "server/http/families/embed_route.hpp"

#include <charconv>

#include "base/guard_memory.hpp"

namespace akidb::embedding::server {
namespace {

// Deadline and priority; a problem in words where a field is malformed.
std::optional<std::string> read_head(const Exchange& exchange, EmbedCall& call) {
  auto timeout = exchange.options.request_timeout;
  if (const auto text = exchange.request.field("x-request-timeout-ms"); !text.empty()) {
    std::uint32_t given = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), given);
    if (problem != std::errc() || end != text.data() + text.size()) {
      return "X-Request-Timeout-Ms: expected a whole number of milliseconds";
    }
    const std::chrono::milliseconds asked(given);
    timeout = timeout.count() == 0 ? asked : std::min(timeout, asked);
    call.request.deadline = call.received + timeout;
  } else if (timeout.count() > 0) {
    call.request.deadline = call.received + timeout;
  }
  const auto priority = exchange.request.field("x-priority");
  if (priority == "bulk") {
    call.request.priority = Priority::bulk;
  } else if (!priority.empty() && priority != "interactive") {
    return "X-Priority: expected interactive or bulk";
  }
  return std::nullopt;
}

}  // namespace

EmbedCall new_call(const Exchange& exchange, std::size_t most_inputs) {
  EmbedCall call;
  call.most_inputs = most_inputs;
  call.bytes = exchange.request.body.size();
  call.received = exchange.received;
  call.request.truncation = truncation_of(exchange, std::nullopt, false);
  return call;
}

Truncation truncation_of(const Exchange& exchange, std::optional<bool> truncate, bool left) {
  if (!truncate.value_or(exchange.options.auto_truncate)) return Truncation::error;
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

void run_embed(const ExchangePtr& exchange, EmbedCall call, EmbedWriter write) {
  if (auto problem = read_head(*exchange, call)) {
    exchange->refuse(refusal(ErrorCode::invalid_argument, *std::move(problem)));
    return;
  }
  exchange->request.body = std::string();  // its texts are in the call
  call.request.caller = exchange->caller;
  call.request.cancel = exchange->cancel;
  exchange->service.embed(std::move(call), [exchange, write = std::move(write)](const EmbedOutcome& outcome) {
    if (!outcome.response) {
      exchange->refuse(outcome.refusal);
      return;
    }
    Response response;
    auto written = base::guard_memory("write the answer", [&]() -> Result<void> {
      write(*outcome.response, response);
      return {};
    });
    if (written) {
      exchange->reply(std::move(response));
    } else {
      exchange->refuse({std::move(written).error(), Reason::none, std::chrono::seconds(0)});
    }
  });
}

}  // namespace akidb::embedding::server
