// Whether the server lives, whether it is ready, and what it counts.
#include "server/http/families/handlers.hpp"
#include "server/http/openapi/openapi.hpp"

namespace akidb::embedding::server {
namespace {

void refuse_not_ready(const ExchangePtr& exchange) {
  const bool draining = exchange->service.draining();
  exchange->refuse(refusal(draining ? Reason::draining : Reason::loading,
                           draining ? "the server is about to stop" : "not every model is ready",
                           std::chrono::seconds(1)));
}

}  // namespace

void handle_live(const ExchangePtr& exchange) { exchange->reply_json("{\"live\":true}"); }

void handle_ready(const ExchangePtr& exchange) {
  if (exchange->service.ready()) {
    exchange->reply_json("{\"ready\":true}");
  } else {
    refuse_not_ready(exchange);
  }
}

// As TEI does: an empty body says that all is well.
void handle_health(const ExchangePtr& exchange) {
  if (exchange->service.ready()) {
    Response response;
    response.content_type = {};
    exchange->reply(std::move(response));
  } else {
    refuse_not_ready(exchange);
  }
}

void handle_openapi(const ExchangePtr& exchange) { exchange->reply_json(std::string(openapi_json())); }

void handle_metrics(const ExchangePtr& exchange) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = exchange->service.metrics().text();
  exchange->reply(std::move(response));
}

}  // namespace akidb::embedding::server
