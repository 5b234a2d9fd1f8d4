#include "server/http/exchange.hpp"

#include <utility>

#include "base/log.hpp"
#include "server/http/cors.hpp"
#include "server/http/error_body.hpp"
#include "server/http/route.hpp"

namespace akidb::embedding::server {
namespace {

// What the server has said of itself, once, is no news when a probe is told.
LogLevel log_level(Reason reason) {
  return reason == Reason::loading || reason == Reason::draining ? LogLevel::info : LogLevel::warning;
}

}  // namespace

void Exchange::send(Response response) {
  if (answered_.exchange(true)) return;
  try {
    if (counts != nullptr) counts->count(response.status);
    if (service.requests().enabled()) tell(response.status);
    response.fields.emplace_back("x-request-id", request_id);
    add_cors_fields(options.cors_origins, request.field("origin"), response);
    reply_(std::move(response));
    const auto kept = std::exchange(reply_, nullptr);  // it holds the connection, which holds this
  } catch (const std::bad_alloc&) {
    answered_ = false;
    throw;
  }
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

void Exchange::reply(Response response) noexcept {
  guard([&] { send(std::move(response)); });
}

void Exchange::reply_json(std::string body) noexcept {
  Response response;
  response.body = std::move(body);
  reply(std::move(response));
}

Response Exchange::refused(const Refusal& refusal) const {
  Response response;
  response.status = http_status(family, refusal);
  response.body = error_body(family, response.status, refusal);
  if (refusal.retry_after.count() > 0) {
    response.fields.emplace_back("retry-after", std::to_string(refusal.retry_after.count()));
  }
  if (response.status == 401) response.fields.emplace_back("www-authenticate", "Bearer");
  return response;
}

void Exchange::refuse(const Refusal& refusal) noexcept {
  guard([&] {
    auto response = refused(refusal);
    if (refusal.reason != Reason::none) service.metrics().refused(refusal.reason).add();
    service.metrics().failed(refusal.error.code).add();
    error_ = error_code_info(refusal.error.code).name;
    if (response.status >= 500 || !refusal.error.detail.empty()) {
      base::log(log_level(refusal.reason), "request " + request_id + ": " + to_string(refusal.error));
    }
    send(std::move(response));
  });
}

void Exchange::refuse_for_memory() noexcept {
  try {
    auto problem = refusal(ErrorCode::resource_exhausted, "no memory is left");
    problem.retry_after = std::chrono::seconds(1);
    service.metrics().failed(problem.error.code).add();
    error_ = error_code_info(problem.error.code).name;
    send(refused(problem));
  } catch (const std::bad_alloc&) {
    lost_ = true;
  }
}

}  // namespace akidb::embedding::server
