#include "fuzz/server_bench.hpp"

#include <simdjson.h>
#include <akidb/embedding/open.hpp>

#include <future>
#include <stdexcept>
#include <utility>

namespace akidb::embedding::test {

using namespace server;

ServerBench& ServerBench::get() {
  static auto* const bench = new ServerBench();
  return *bench;
}

ServerBench::ServerBench() : service_(ServiceOptions()), dispatcher_(service_, keys_, options_) {
  service_.models().declare("hash", {});
  ProviderOptions model;
  model.provider = ProviderKind::hash;
  auto provider = open(model);
  if (!provider) throw std::runtime_error(provider.error().message);
  service_.models().put("hash", *std::move(provider));
}

Response ServerBench::answer(Request request) {
  const auto promise = std::make_shared<std::promise<Response>>();
  auto arrived = promise->get_future();
  dispatcher_.dispatch(
      std::make_shared<Exchange>(std::move(request), service_, options_,
                                 [promise](Response response) { promise->set_value(std::move(response)); }),
      Peer{"fuzz", false});
  return arrived.get();
}

std::string problem_of(const Response& response) {
  if (response.content_type != "application/json" || response.body.empty()) return {};
  simdjson::dom::parser parser;
  const auto problem = parser.parse(response.body).error();
  return problem == simdjson::SUCCESS ? "" : "an answer that is no JSON: " + response.body;
}

}  // namespace akidb::embedding::test
