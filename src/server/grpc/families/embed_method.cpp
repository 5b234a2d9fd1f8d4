#include "server/grpc/families/embed_method.hpp"

#include "base/guard_memory.hpp"
#include "server/grpc/call.hpp"

namespace akidb::embedding::server {

EmbedCall new_call(const Turn& turn, std::size_t most_inputs) {
  const Call& of = turn.call();
  EmbedCall call;
  call.most_inputs = most_inputs;
  call.bytes = turn.bytes();
  call.family = of.method().family;
  call.request.truncation = truncation_of(of.options(), std::nullopt, false);
  call.request.deadline = of.deadline();
  call.request.caller = of.caller();
  call.request.cancel = of.cancel();
  call.request.trace_parent = of.trace().header();
  call.request.trace_state = of.trace().state;
  return call;
}

void run_embed(const TurnPtr& turn, EmbedCall call, EmbedWriter write) {
  const Call& of = turn->call();
  const CallHead head{of.metadata("x-request-timeout-ms"), of.metadata("x-priority")};
  if (const auto problem = apply_call_head(head, of.options(), call)) {
    turn->refuse(*problem);
    return;
  }
  of.service().embed(std::move(call), [turn, write = std::move(write)](const EmbedOutcome& outcome) {
    if (!outcome.response) {
      turn->refuse(outcome.refusal);
      return;
    }
    turn->call().count(*outcome.response);
    auto written = base::guard_memory("write the answer", [&]() -> Result<void> {
      write(*outcome.response, *turn);
      return {};
    });
    if (!written) turn->refuse({std::move(written).error(), Reason::none, std::chrono::seconds(0)});
  });
}

}  // namespace akidb::embedding::server
