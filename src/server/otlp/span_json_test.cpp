#include "server/otlp/span_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::server {
namespace {

using testing::HasSubstr;
using testing::Not;

RequestRecord record() {
  RequestRecord record;
  record.door = "http";
  record.method = "POST";
  record.route = "/embed";
  record.status = 200;
  record.id = "an id with \"quotes\"";
  record.trace.trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
  record.trace.span_id = "00f067aa0ba902b7";
  record.begin = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  record.duration = std::chrono::microseconds(1'500);
  return record;
}

std::string json_of(const RequestRecord& record) { return spans_json({&record, 1}, "1.2.3"); }

TEST(SpanJson, HasTheFieldsOfOtlp) {
  EXPECT_EQ(
      json_of(record()),
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"akidb-embed"}},)"
      R"({"key":"service.version","value":{"stringValue":"1.2.3"}}]},"scopeSpans":[{"scope":)"
      R"({"name":"akidb-embedding","version":"1.2.3"},"spans":[{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",)"
      R"("spanId":"00f067aa0ba902b7","name":"POST /embed","kind":2,"startTimeUnixNano":"1700000000000000000",)"
      R"("endTimeUnixNano":"1700000000001500000","attributes":[)"
      R"({"key":"http.request.method","value":{"stringValue":"POST"}},)"
      R"({"key":"http.route","value":{"stringValue":"/embed"}},)"
      R"({"key":"http.response.status_code","value":{"intValue":"200"}},)"
      R"({"key":"akidb.request_id","value":{"stringValue":"an id with \"quotes\""}}]}]}]}]})");
}

TEST(SpanJson, SaysTheParentTheWorkAndTheFault) {
  RequestRecord one = record();
  EXPECT_THAT(json_of(one), Not(HasSubstr("parentSpanId")));
  EXPECT_THAT(json_of(one), Not(HasSubstr("\"status\":{")));
  one.trace.parent_id = "1111111111111111";
  one.is_server_fault = true;
  one.error = "internal";
  one.work.model = "m";
  one.work.texts = 2;
  one.work.tokens = 7;
  const auto json = json_of(one);
  EXPECT_THAT(json, HasSubstr(R"("parentSpanId":"1111111111111111")"));
  EXPECT_THAT(json, HasSubstr(R"("status":{"code":2})"));
  EXPECT_THAT(json, HasSubstr(R"({"key":"error.type","value":{"stringValue":"internal"}})"));
  EXPECT_THAT(json, HasSubstr(R"({"key":"akidb.tokens","value":{"intValue":"7"}})"));
}

TEST(SpanJson, NamesMethodsOfGrpc) {
  RequestRecord one = record();
  one.door = "grpc";
  one.method = {};
  one.route = "/tei.v1.Embed/Embed";
  one.status = 5;
  const auto json = json_of(one);
  EXPECT_THAT(json, HasSubstr(R"("name":"/tei.v1.Embed/Embed")"));
  EXPECT_THAT(json, HasSubstr(R"({"key":"rpc.grpc.status_code","value":{"intValue":"5"}})"));
}

}  // namespace
}  // namespace akidb::embedding::server
