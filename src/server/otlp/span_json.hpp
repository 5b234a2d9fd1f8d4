// Spans as OTLP's JSON encoding has them.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/api/request_log.hpp"

namespace akidb::embedding::server {

// The body of a POST to /v1/traces: a server span for each record.
std::string spans_json(std::span<const RequestRecord> records, std::string_view version);

}  // namespace akidb::embedding::server
