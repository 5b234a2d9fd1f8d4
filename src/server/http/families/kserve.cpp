// The Open Inference Protocol, version 2 (KServe, Triton): what the server and its models are.
#include "server/http/families/handlers.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

std::string metadata(const ServedModel& model) {
  return "{\"name\":" + json_string(model.name) +
         ",\"versions\":[\"1\"],\"platform\":\"akidb-embedding\",\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\","
         "\"shape\":[-1]}],\"outputs\":[{\"name\":\"embedding\",\"datatype\":\"FP32\",\"shape\":[-1," +
         std::to_string(model.info.dimension) + "]}]}";
}

}  // namespace

void handle_kserve_server(const ExchangePtr& exchange) {
  exchange->reply_json("{\"name\":\"akidb-embedding\",\"version\":" + json_string(exchange->options.version) +
                       ",\"extensions\":[\"binary_tensor_data\"]}");
}

void handle_kserve_model(const ExchangePtr& exchange) {
  const auto found = exchange->service.find_model(exchange->captured);
  if (found.model) {
    exchange->reply_json(metadata(*found.model));
  } else {
    exchange->refuse(found.refusal);
  }
}

void handle_kserve_model_ready(const ExchangePtr& exchange) {
  const auto found = exchange->service.find_model(exchange->captured);
  if (found.model) {
    exchange->reply_json("{\"name\":" + json_string(found.model->name) + ",\"ready\":true}");
  } else {
    exchange->refuse(found.refusal);
  }
}

}  // namespace akidb::embedding::server
