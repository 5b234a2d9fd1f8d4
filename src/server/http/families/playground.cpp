// The playground's page.
#include "server/playground/playground_page.hpp"

#include "server/http/families/handlers.hpp"

namespace akidb::embedding::server {
namespace {

Response page_response(int status) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = playground_page().html;
  for (const auto& [name, value] : playground_fields()) response.fields.emplace_back(name, value);
  return response;
}

}  // namespace

void handle_playground(const ExchangePtr& exchange) {
  if (exchange->options.playground) {
    exchange->reply(page_response(200));
  } else {
    exchange->refuse(refusal(Reason::no_route, "the playground is switched off"));
  }
}

void refuse_playground(const ExchangePtr& exchange) {
  auto response = page_response(401);
  response.fields.emplace_back("www-authenticate", "Bearer");
  exchange->service.metrics().failed(ErrorCode::unauthenticated).add();
  exchange->reply(std::move(response));
}

}  // namespace akidb::embedding::server
