// The Open Inference Protocol, version 2 (KServe, Triton): texts as BYTES in, vectors as FP32 out.
#include "server/http/families/embed_route.hpp"
#include "server/http/families/handlers.hpp"
#include "server/http/families/tei.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

// Texts of nested arrays, in their order.
bool append_texts(const JsonElement& element, std::vector<Input>& out) {
  std::string_view text;
  if (element.get_string().get(text) == simdjson::SUCCESS) {
    out.emplace_back(text);
    return true;
  }
  simdjson::dom::array array;
  if (element.get_array().get(array) != simdjson::SUCCESS) return false;
  for (const auto each : array) {
    if (!append_texts(each, out)) return false;
  }
  return true;
}

void read_tensor(ObjectReader& in, const JsonElement& inputs, std::vector<Input>& out) {
  simdjson::dom::array array;
  if (inputs.get_array().get(array) != simdjson::SUCCESS || array.size() != 1) {
    in.fail("inputs: expected one tensor of texts");
    return;
  }
  ObjectReader tensor(array.at(0).value_unsafe(), "inputs[0]");
  std::string name;
  std::size_t type = 0;
  tensor.text("name", name);
  tensor.choice("datatype", {"BYTES"}, type);
  const auto data = tensor.find("data");
  tensor.require(data.has_value(), "data");
  if (data && !append_texts(*data, out)) tensor.fail("data", "an array of strings", *data);
  std::uint64_t elements = 1;
  simdjson::dom::array shape;
  if (const auto given = tensor.find("shape"); given && given->get_array().get(shape) == simdjson::SUCCESS) {
    for (const auto each : shape) {
      std::uint64_t size = 0;
      if (each.get_uint64().get(size) == simdjson::SUCCESS) elements *= size;
    }
    if (elements != out.size()) tensor.fail("inputs[0].shape: expected as many elements as data has");
  }
  if (auto problem = tensor.finish(Unknown::ignore)) in.fail(problem->error.message);
}

std::string metadata(const ServedModel& model) {
  return "{\"name\":" + json_string(model.name) +
         ",\"versions\":[\"1\"],\"platform\":\"akidb-embedding\",\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\","
         "\"shape\":[-1]}],\"outputs\":[{\"name\":\"embedding\",\"datatype\":\"FP32\",\"shape\":[-1," +
         std::to_string(model.info.dimension) + "]}]}";
}

void write(const BatchEmbeddingResponse& vectors, const std::string& id, std::string& body) {
  const auto& rows = vectors.embeddings;
  body += "{\"model_name\":" + json_string(vectors.model) + ",\"model_version\":\"1\",\"id\":" + json_string(id) +
          ",\"outputs\":[{\"name\":\"embedding\",\"datatype\":\"FP32\",\"shape\":[" + std::to_string(rows.rows()) +
          "," + std::to_string(rows.dimension()) + "],\"data\":";
  append_floats(rows.values(), body);
  body += "}]}";
}

}  // namespace

void handle_kserve_server(const ExchangePtr& exchange) {
  exchange->reply_json("{\"name\":\"akidb-embedding\",\"version\":" + json_string(exchange->options.version) +
                       ",\"extensions\":[]}");
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

void handle_kserve_infer(const ExchangePtr& exchange) {
  if (!exchange->request.field("inference-header-content-length").empty()) {
    exchange->refuse(refusal(ErrorCode::unsupported, "binary tensors are not taken: send data as JSON"));
    return;
  }
  const auto root = parse_or_refuse(exchange);
  if (!root) return;
  auto call = new_call(*exchange, exchange->options.kserve_inputs);
  std::string id;
  ObjectReader in(*root);
  in.text("id", id);
  const auto inputs = in.find("inputs");
  in.require(inputs.has_value(), "inputs");
  if (inputs) read_tensor(in, *inputs, call.request.inputs);
  if (auto problem = in.finish(Unknown::ignore)) {
    exchange->refuse(*problem);
    return;
  }
  call.request.model = exchange->captured;
  run_embed(exchange, std::move(call), [id = std::move(id)](const BatchEmbeddingResponse& vectors, Response& response) {
    write(vectors, id, response.body);
  });
}

}  // namespace akidb::embedding::server
