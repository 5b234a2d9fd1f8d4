#include "server/api/request_log.hpp"

namespace akidb::embedding::server {

void Work::add(const BatchEmbeddingResponse& response) {
  model = response.model;
  texts += response.inputs.size();
  tokens += response.usage.total_tokens;
  truncated_texts += response.usage.truncated_inputs;
  tokenize += response.usage.tokenize;
  queue += response.usage.queue;
  compute += response.usage.compute;
}

TraceContext RequestLog::trace_of(std::string_view parent, std::string_view state) const {
  TraceContext context;
  if (!parent.empty()) context = read_trace_context(parent, state);
  if (makes_spans_) begin_span(context, share_);
  return context;
}

}  // namespace akidb::embedding::server
