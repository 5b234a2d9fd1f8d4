// The Open Inference Protocol, version 2 (KServe, Triton): texts as BYTES in, vectors as FP32 out, each as JSON or,
// with the extension for binary tensors, as bytes behind the JSON.
#include <bit>
#include <charconv>

#include "server/api/bytes_tensor.hpp"
#include "server/http/families/embed_route.hpp"
#include "server/http/families/handlers.hpp"
#include "server/http/families/tei.hpp"
#include "server/http/json/text.hpp"

namespace akidb::embedding::server {
namespace {

constexpr const char* kJsonLength = "inference-header-content-length";

struct Parts {
  std::string_view json;
  std::string_view raw;  // the tensors behind it
  bool has_raw = false;
};

// Nothing where the head says that there is more JSON than the body has.
std::optional<Parts> split(const Request& request) {
  const std::string_view body = request.body;
  const auto length = request.field(kJsonLength);
  if (length.empty()) return Parts{body, {}, false};
  std::size_t size = 0;
  const auto [end, problem] = std::from_chars(length.data(), length.data() + length.size(), size);
  if (problem != std::errc() || end != length.data() + length.size() || size > body.size()) return std::nullopt;
  return Parts{body.substr(0, size), body.substr(size), true};
}

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

std::optional<std::uint32_t> raw_size(ObjectReader& tensor) {
  std::optional<std::uint32_t> size;
  if (const auto found = tensor.find("parameters")) {
    ObjectReader parameters(*found, "inputs[0].parameters");
    parameters.whole_number("binary_data_size", size);
    if (auto problem = parameters.finish(Unknown::ignore)) tensor.fail(problem->error.message);
  }
  return size;
}

void read_elements(ObjectReader& tensor, const Parts& parts, std::vector<Input>& out) {
  const auto size = raw_size(tensor);
  const auto data = tensor.find("data");
  if (!size) {
    tensor.require(data.has_value(), "data");
    if (data && !append_texts(*data, out)) tensor.fail("data", "an array of strings", *data);
  } else if (data) {
    tensor.fail("data: expected it here or behind the JSON, found both");
  } else if (!parts.has_raw || *size != parts.raw.size()) {
    tensor.fail("binary_data_size: expected the " + std::to_string(parts.raw.size()) +
                " bytes behind the JSON, found " + std::to_string(*size));
  } else if (!append_bytes_tensor(parts.raw, out)) {
    tensor.fail("the bytes behind the JSON: expected each text behind its length in 32 bits");
  }
}

void check_shape(ObjectReader& tensor, std::size_t count) {
  simdjson::dom::array shape;
  const auto given = tensor.find("shape");
  if (!given || given->get_array().get(shape) != simdjson::SUCCESS) return;
  std::uint64_t elements = 1;
  for (const auto each : shape) {
    std::uint64_t size = 0;
    if (each.get_uint64().get(size) != simdjson::SUCCESS) size = 0;
    elements = size > UINT32_MAX ? 0 : std::min<std::uint64_t>(elements * size, UINT32_MAX);
  }
  if (elements != count) tensor.fail("inputs[0].shape: expected as many elements as data has");
}

void read_tensor(ObjectReader& in, const JsonElement& inputs, const Parts& parts, std::vector<Input>& out) {
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
  read_elements(tensor, parts, out);
  check_shape(tensor, out.size());
  if (auto problem = tensor.finish(Unknown::ignore)) in.fail(problem->error.message);
}

// What `name` among the parameters of an object says.
void read_parameter(const JsonElement& of, std::string_view name, bool& out) {
  JsonElement parameters;
  bool value = false;
  if (of.at_key("parameters").get(parameters) != simdjson::SUCCESS) return;
  if (parameters.at_key(name).get_bool().get(value) == simdjson::SUCCESS) out = value;
}

bool wants_raw(const JsonElement& root) {
  bool raw = false;
  read_parameter(root, "binary_data_output", raw);
  simdjson::dom::array outputs;
  if (root.at_key("outputs").get_array().get(outputs) == simdjson::SUCCESS) {
    for (const auto each : outputs) read_parameter(each, "binary_data", raw);
  }
  return raw;
}

void write(const BatchEmbeddingResponse& vectors, const std::string& id, bool raw, Response& response) {
  static_assert(std::endian::native == std::endian::little, "rows are sent as they lie in memory");
  const auto& rows = vectors.embeddings;
  const auto values = rows.values();
  auto& body = response.body;
  body += "{\"model_name\":" + json_string(vectors.model) + ",\"model_version\":\"1\",\"id\":" + json_string(id) +
          ",\"outputs\":[{\"name\":\"embedding\",\"datatype\":\"FP32\",\"shape\":[" + std::to_string(rows.rows()) +
          "," + std::to_string(rows.dimension()) + "],";
  if (!raw) {
    body += "\"data\":";
    append_floats(values, body);
    body += "}]}";
    return;
  }
  body += "\"parameters\":{\"binary_data_size\":" + std::to_string(values.size_bytes()) + "}}]}";
  response.fields.emplace_back(kJsonLength, std::to_string(body.size()));
  response.content_type = "application/octet-stream";
  const auto bytes = std::as_bytes(values);
  body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

void handle_kserve_infer(const ExchangePtr& exchange) {
  const auto parts = split(exchange->request);
  if (!parts) {
    exchange->refuse(refusal(Reason::malformed, std::string(kJsonLength) + ": expected the length of the body's JSON"));
    return;
  }
  const auto root = parse_or_refuse(exchange, parts->json);
  if (!root) return;
  auto call = new_call(*exchange, exchange->options.kserve_inputs);
  call.names = {.inputs = "inputs[0].data"};
  std::string id;
  ObjectReader in(*root);
  in.text("id", id);
  const auto inputs = in.find("inputs");
  in.require(inputs.has_value(), "inputs");
  if (inputs) read_tensor(in, *inputs, *parts, call.request.inputs);
  if (auto problem = in.finish(Unknown::ignore)) {
    exchange->refuse(*problem);
    return;
  }
  call.request.model = exchange->captured;
  run_embed(exchange, std::move(call),
            [id = std::move(id), raw = wants_raw(*root)](const BatchEmbeddingResponse& vectors, Response& response) {
              write(vectors, id, raw, response);
            });
}

}  // namespace akidb::embedding::server
