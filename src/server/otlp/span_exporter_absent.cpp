#include "server/otlp/span_exporter.hpp"

namespace akidb::embedding::server {

struct SpanExporter::Parts {};

SpanExporter::SpanExporter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SpanExporter::~SpanExporter() = default;

Result<std::unique_ptr<SpanExporter>> SpanExporter::open(OtlpOptions /*options*/, Metrics& /*metrics*/) {
  return Error{ErrorCode::unsupported,
               "--otlp-endpoint: this build has no libcurl; build with -DAKIDB_EMBEDDING_REMOTE=ON",
               {},
               {}};
}

void SpanExporter::take(const RequestRecord& /*record*/) {}

}  // namespace akidb::embedding::server
