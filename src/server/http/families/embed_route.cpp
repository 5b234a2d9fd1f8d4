#include "server/http/families/embed_route.hpp"

namespace akidb::embedding::server {

EmbedCall new_call(const Exchange& exchange, std::size_t most_inputs) {
  EmbedCall call;
  call.most_inputs = most_inputs;
  call.bytes = exchange.request.body.size();
  call.received = exchange.received;
  call.family = exchange.family;
  call.request.truncation = truncation_of(exchange.options, std::nullopt, false);
  return call;
}

void run_embed(const ExchangePtr& exchange, EmbedCall call, EmbedWriter write) {
  const auto& request = exchange->request;
  if (const auto problem = apply_call_head({request.field("x-request-timeout-ms"), request.field("x-priority")},
                                           exchange->options, call)) {
    exchange->refuse(*problem);
    return;
  }
  std::string().swap(exchange->request.body);  // its texts are in the call; an assignment would keep the memory
  call.request.caller = exchange->caller;
  call.request.cancel = exchange->cancel;
  call.request.trace_parent = exchange->trace.header();
  call.request.trace_state = exchange->trace.state;
  exchange->service.embed(std::move(call), [exchange, write = std::move(write)](const EmbedOutcome& outcome) {
    if (!outcome.response) {
      exchange->refuse(outcome.refusal);
      return;
    }
    exchange->guard([&] {
      exchange->work.add(*outcome.response);
      Response response;
      write(*outcome.response, response);
      exchange->reply(std::move(response));
    });
  });
}

}  // namespace akidb::embedding::server
