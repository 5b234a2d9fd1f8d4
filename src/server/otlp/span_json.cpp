#include "server/otlp/span_json.hpp"

#include "base/json_text.hpp"

namespace akidb::embedding::server {
namespace {

using base::json_string;

constexpr int kServerSpan = 2;
constexpr int kStatusError = 2;

class Attributes {
 public:
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) add(name, "stringValue", json_string(value));
  }
  // 64-bit numbers are strings in protobuf's JSON.
  void number(std::string_view name, std::uint64_t value) {
    add(name, "intValue", "\"" + std::to_string(value) + "\"");
  }

  [[nodiscard]] std::string json() const { return "[" + items_ + "]"; }

 private:
  void add(std::string_view name, std::string_view kind, const std::string& value) {
    items_.append(items_.empty() ? "" : ",").append(R"({"key":)").append(json_string(name)).append(R"(,"value":{")");
    items_.append(kind).append("\":").append(value).append("}}");
  }
  std::string items_;
};

std::string nanoseconds(std::chrono::system_clock::time_point time) {
  return "\"" + std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count()) +
         "\"";
}

std::uint64_t count(std::chrono::microseconds time) { return static_cast<std::uint64_t>(time.count()); }

Attributes attributes_of(const RequestRecord& record) {
  Attributes out;
  if (record.door == "grpc") {
    out.text("rpc.system", "grpc");
    out.text("rpc.method", record.route);
    out.number("rpc.grpc.status_code", static_cast<std::uint64_t>(record.status));
  } else {
    out.text("http.request.method", record.method);
    out.text("http.route", record.route);
    out.number("http.response.status_code", static_cast<std::uint64_t>(record.status));
  }
  out.text("error.type", record.error);
  out.text("akidb.request_id", record.id);
  out.text("akidb.caller", record.caller);
  if (record.work.texts == 0) return out;
  out.text("akidb.model", record.work.model);
  out.number("akidb.texts", record.work.texts);
  out.number("akidb.tokens", record.work.tokens);
  out.number("akidb.truncated_texts", record.work.truncated_texts);
  out.number("akidb.tokenize_us", count(record.work.tokenize));
  out.number("akidb.queue_us", count(record.work.queue));
  out.number("akidb.compute_us", count(record.work.compute));
  return out;
}

std::string name_of(const RequestRecord& record) {
  std::string name(record.method);
  if (!record.route.empty()) name.append(name.empty() ? "" : " ").append(record.route);
  return name.empty() ? "request" : name;
}

std::string span_json(const RequestRecord& record) {
  std::string json = R"({"traceId":")" + record.trace.trace_id + R"(","spanId":")" + record.trace.span_id + "\"";
  if (!record.trace.parent_id.empty()) json += R"(,"parentSpanId":")" + record.trace.parent_id + "\"";
  if (!record.trace.state.empty()) json += R"(,"traceState":)" + json_string(record.trace.state);
  json += R"(,"name":)" + json_string(name_of(record)) + R"(,"kind":)" + std::to_string(kServerSpan) +
          R"(,"startTimeUnixNano":)" + nanoseconds(record.begin) + R"(,"endTimeUnixNano":)" +
          nanoseconds(record.begin + record.duration) + R"(,"attributes":)" + attributes_of(record).json();
  if (record.is_server_fault) json += R"(,"status":{"code":)" + std::to_string(kStatusError) + "}";
  return json + "}";
}

}  // namespace

std::string spans_json(std::span<const RequestRecord> records, std::string_view version) {
  Attributes resource;
  resource.text("service.name", "akidb-embed");
  resource.text("service.version", version);
  std::string json = R"({"resourceSpans":[{"resource":{"attributes":)" + resource.json() +
                     R"(},"scopeSpans":[{"scope":{"name":"akidb-embedding","version":)" + json_string(version) +
                     R"(},"spans":[)";
  for (std::size_t i = 0; i < records.size(); ++i) json += (i == 0 ? "" : ",") + span_json(records[i]);
  return json + "]}]}]}";
}

}  // namespace akidb::embedding::server
