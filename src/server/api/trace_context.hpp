// W3C Trace Context: which trace a request belongs to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace akidb::embedding::server {

struct TraceContext {
  std::string trace_id;   // 32 hexadecimal digits; empty: the request belongs to no trace
  std::string parent_id;  // 16: the caller's span; empty: the trace begins here
  std::string span_id;    // 16: ours; empty where we make none
  bool sampled = false;   // whether spans are to be kept
  std::string state;      // tracestate, as it came

  [[nodiscard]] bool empty() const noexcept { return trace_id.empty(); }

  // The traceparent for whom we ask in turn; empty without a trace.
  [[nodiscard]] std::string header() const;
};

// The caller's context from the fields traceparent and tracestate; empty where they are malformed.
TraceContext read_trace_context(std::string_view parent, std::string_view state);

// Makes the trace, where there is none, and our span in it. `share` of new traces, 0 to 1, are sampled.
void begin_span(TraceContext& context, double share);

}  // namespace akidb::embedding::server
