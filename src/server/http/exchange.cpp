#include "server/http/exchange.hpp"

#include <utility>

#include "base/log.hpp"
#include "server/http/cors.hpp"
#include "server/http/error_body.hpp"
#include "server/http/route.hpp"

namespace akidb::embedding::server {

void Exchange::reply(Response response) {
  if (counts != nullptr) counts->count(response.status);
  if (service.requests().enabled()) tell(response.status);
  response.fields.emplace_back("x-request-id", request_id);
  add_cors_fields(options.cors_origins, request.field("origin"), response);
  auto send = std::exchange(reply_, nullptr);
  if (send) send(std::move(response));
}

void Exchange::tell(int status) const {
  RequestRecord record;
  record.door = "http";
  if (route != nullptr) record.route = route->path;
  record.method = route != nullptr ? route->method : std::string_view();
  record.status = status;
  record.is_server_fault = status >= 500;
  record.error = error_;
  record.id = request_id;
  record.caller = caller;
  record.trace = trace;
  record.duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - received);
  record.begin = std::chrono::system_clock::now() - record.duration;
  record.work = work;
  service.requests().tell(record);
}

void Exchange::reply_json(std::string body) {
  Response response;
  response.body = std::move(body);
  reply(std::move(response));
}

void Exchange::refuse(const Refusal& refusal) {
  const Family family = route != nullptr ? route->family : Family::own;
  Response response;
  response.status = http_status(family, refusal);
  response.body = error_body(family, response.status, refusal);
  if (refusal.retry_after.count() > 0) {
    response.fields.emplace_back("retry-after", std::to_string(refusal.retry_after.count()));
  }
  if (response.status == 401) response.fields.emplace_back("www-authenticate", "Bearer");
  if (refusal.reason != Reason::none) service.metrics().refused(refusal.reason).add();
  service.metrics().failed(refusal.error.code).add();
  error_ = error_code_info(refusal.error.code).name;
  if (response.status >= 500 || !refusal.error.detail.empty()) {
    base::log(LogLevel::warning, "request " + request_id + ": " + to_string(refusal.error));
  }
  reply(std::move(response));
}

}  // namespace akidb::embedding::server
