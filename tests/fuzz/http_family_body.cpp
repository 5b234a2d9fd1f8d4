#include <simdjson.h>
#include <akidb/embedding/open.hpp>

#include <algorithm>
#include <array>
#include <future>
#include <stdexcept>

#include "fuzz/server_bodies.hpp"
#include "server/http/dispatcher.hpp"

namespace akidb::embedding::test {
namespace {

using namespace server;

// Everything of a server but its sockets. Lives as long as the process.
class Bench {
 public:
  Bench() : service_(ServiceOptions()), dispatcher_(service_, keys_, options_) {
    service_.models().declare("hash", {});
    ProviderOptions model;
    model.provider = ProviderKind::hash;
    auto provider = open(model);
    if (!provider) throw std::runtime_error(provider.error().message);
    service_.models().put("hash", *std::move(provider));
  }

  // Status 0 where the path is none.
  Response answer(std::string_view target, std::string_view body) {
    Request request;
    request.method = "POST";
    request.target = target;
    request.path = path_of(target);
    if (request.path.empty()) return {.status = 0, .content_type = {}, .fields = {}, .body = {}};
    request.body.reserve(body.size() + kBodyPadding);
    request.body = body;
    const auto promise = std::make_shared<std::promise<Response>>();
    auto arrived = promise->get_future();
    dispatcher_.dispatch(
        std::make_shared<Exchange>(std::move(request), service_, options_,
                                   [promise](Response response) { promise->set_value(std::move(response)); }),
        "fuzz");
    return arrived.get();
  }

 private:
  ApiOptions options_;
  ApiKeys keys_;
  EmbedService service_;
  Dispatcher dispatcher_;
};

bool is_known(int status) {
  constexpr std::array kKnown = {200, 400, 404, 405, 413, 422, 424, 501};
  return std::find(kKnown.begin(), kKnown.end(), status) != kKnown.end();
}

}  // namespace

std::string fuzz_http_body(std::string_view bytes) {
  static Bench* const bench = new Bench();  // its threads end with the process
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return {};
  const auto response = bench->answer(bytes.substr(0, end), bytes.substr(end + 1));
  if (response.status == 0) return {};
  if (!is_known(response.status)) return "status " + std::to_string(response.status) + ": " + response.body;
  if (response.content_type != "application/json" || response.body.empty()) return {};
  simdjson::dom::parser parser;
  const auto problem = parser.parse(response.body).error();
  return problem == simdjson::SUCCESS ? "" : "an answer that is no JSON: " + response.body;
}

}  // namespace akidb::embedding::test
