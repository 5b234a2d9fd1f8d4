// Each wire family's requests and answers, over HTTP, on the hash provider.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/http/json/small_values.hpp"
#include "server/http/net/test_server.hpp"

namespace akidb::embedding::server {
namespace {

struct Case {
  const char* path;
  std::string body;
  int status;
  std::vector<std::string> parts;  // of the answer
};

class Families : public testing::Test {
 protected:
  void SetUp() override { server_.start(); }

  void expect(const std::vector<Case>& cases) {
    auto client = server_.client();
    for (const auto& [path, body, status, parts] : cases) {
      const auto answer = body.empty() ? client.get(path) : client.post(path, body);
      EXPECT_EQ(answer.status, status) << path << ' ' << body << ' ' << answer.body.substr(0, 500);
      for (const auto& part : parts) EXPECT_THAT(answer.body, testing::HasSubstr(part)) << path << ' ' << body;
    }
  }

  // The digits of the vector of a text, without brackets.
  std::string digits(const std::string& text) {
    auto client = server_.client();
    const auto body = client.post("/embed", "{\"inputs\":\"" + text + "\"}").body;
    return body.substr(2, body.size() - 4);
  }

  TestServer server_;
};

TEST_F(Families, Cohere) {
  const std::string row = digits("hello");
  expect({
      {"/v1/embed",
       R"({"texts":["hello"],"model":"hash"})",
       200,
       {"\"embeddings\":[[" + row + "]]", "\"texts\":[\"hello\"]", "\"response_type\":\"embeddings_floats\""}},
      {"/v1/embed",
       R"({"texts":["hello"],"embedding_types":["float"]})",
       200,
       {"\"embeddings\":{\"float\":[[" + row + "]]}", "\"embeddings_by_type\""}},
      {"/v2/embed",
       R"({"texts":["hello"],"model":"hash","input_type":"search_document"})",
       200,
       {"\"embeddings\":{\"float\":[[" + row + "]]}", "\"billed_units\":{\"input_tokens\":"}},
      {"/v2/embed",
       R"({"inputs":[{"content":[{"type":"text","text":"hello"}]}],"embedding_types":["float"]})",
       200,
       {row}},
      {"/v2/embed",
       R"({"texts":["hello"],"embedding_types":["int8","uint8","binary","ubinary","base64"]})",
       200,
       {"\"int8\":[[", "\"uint8\":[[", "\"binary\":[[", "\"ubinary\":[[", "\"base64\":[\""}},
      {"/v2/embed", R"({"texts":["hello"],"embedding_types":["int4"]})", 400, {"{\"message\":\"embedding_types: "}},
      {"/v2/embed", R"({"texts":["hello"],"truncate":"MIDDLE"})", 400, {"truncate: expected"}},
      {"/v2/embed", R"({"texts":["hello"],"what":1})", 400, {"unknown field: what"}},
      {"/v2/embed", R"({"texts":[]})", 400, {"at least one"}},
      {"/v2/embed", R"({"texts":["hello"],"model":"embed-v4"})", 404, {"no model"}},
      {"/v2/rerank", R"({"query":"a","documents":["b"]})", 501, {"cannot rerank"}},
  });
}

TEST_F(Families, Jina) {
  const std::string row = digits("hello");
  expect({
      {"/v1/embeddings",
       R"({"model":"hash","task":"retrieval.query","normalized":true,"input":[{"text":"hello"}]})",
       200,
       {"\"embedding\":[" + row + "]"}},
      {"/v1/embeddings", R"({"input":["hello"],"embedding_type":"ubinary","truncate":true})", 200, {"\"embedding\":["}},
      {"/v1/embeddings", R"({"input":["hello"],"late_chunking":true})", 400, {"late_chunking: expected false"}},
      {"/v1/rerank", R"({"query":"a","documents":["b"]})", 501, {"{\"detail\":"}},
  });
}

TEST_F(Families, Ollama) {
  const std::string row = digits("hello");
  expect({
      {"/api/embed",
       R"({"model":"hash:latest","input":"hello","keep_alive":"5m"})",
       200,
       {"\"embeddings\":[[" + row + "]]", "\"model\":\"hash\"", "\"prompt_eval_count\":"}},
      {"/api/embed", R"({"model":"hash","input":["hello","b"]})", 200, {"\"embeddings\":[[" + row + "],["}},
      {"/api/embeddings", R"({"model":"hash","prompt":"hello"})", 200, {"{\"embedding\":[" + row + "]}"}},
      {"/api/embed", R"({"model":"llama3","input":"hello"})", 404, {"{\"error\":\"model: no model"}},
      {"/api/tags", "", 200, {"\"name\":\"hash\"", "\"modified_at\":\"20"}},
      {"/api/show", R"({"model":"hash"})", 200, {"\"capabilities\":[\"embedding\"]", ".embedding_length\":"}},
      {"/api/version", "", 200, {"{\"version\":\"test\"}"}},
  });
}

TEST_F(Families, OpenInferenceProtocol) {
  const std::string row = digits("hello");
  const std::string infer = "/v2/models/hash/infer";
  expect({
      {"/v2", "", 200, {"\"name\":\"akidb-embedding\""}},
      {"/v2/health/live", "", 200, {}},
      {"/v2/health/ready", "", 200, {}},
      {"/v2/models/hash", "", 200, {"\"platform\":", "\"FP32\""}},
      {"/v2/models/hash/ready", "", 200, {"\"ready\":true"}},
      {"/v2/models/none/ready", "", 404, {"{\"error\":"}},
      {infer.c_str(),
       R"({"id":"7","inputs":[{"name":"text","shape":[1],"datatype":"BYTES","data":["hello"]}]})",
       200,
       {"\"id\":\"7\"", "\"shape\":[1,", "\"data\":[" + row + "]"}},
      {infer.c_str(),
       R"({"inputs":[{"name":"text","shape":[2,1],"datatype":"BYTES","data":[["a"],["b"]]}]})",
       200,
       {"\"shape\":[2,"}},
      {infer.c_str(), R"({"inputs":[{"name":"text","shape":[3],"datatype":"BYTES","data":["a"]}]})", 400, {"shape"}},
      {infer.c_str(), R"({"inputs":[{"name":"text","shape":[1],"datatype":"FP32","data":[1]}]})", 400, {"datatype"}},
      {infer.c_str(), R"({"inputs":[]})", 400, {"one tensor"}},
  });
}

TEST_F(Families, OpenInferenceProtocolTakesAndGivesBinaryTensors) {
  auto client = server_.client();
  const auto infer = [&](const std::string& json, const std::string& raw, const std::string& length) {
    return client.post("/v2/models/hash/infer", json + raw, "Inference-Header-Content-Length: " + length + "\r\n");
  };
  const auto tensor = [](std::size_t size, const std::string& count, const std::string& more = {}) {
    return R"({"inputs":[{"name":"text","shape":[)" + count +
           R"(],"datatype":"BYTES","parameters":{"binary_data_size":)" + std::to_string(size) + "}" + more + "}]";
  };
  const std::string raw("\x05\0\0\0hello\x01\0\0\0b", 14);
  const std::string whole = tensor(raw.size(), "2");

  auto json = whole + "}";
  const auto as_json = infer(json, raw, std::to_string(json.size()));
  EXPECT_THAT(as_json.body, testing::HasSubstr("\"data\":[" + digits("hello") + "," + digits("b") + "]"));
  EXPECT_FALSE(as_json.fields.contains("inference-header-content-length"));

  const auto vectors =
      client.post("/v1/akidb/embed", R"({"inputs":["hello","b"]})", "Accept: application/octet-stream\r\n");
  for (const std::string outputs : {R"(,"parameters":{"binary_data_output":true}})",
                                    R"(,"outputs":[{"name":"embedding","parameters":{"binary_data":true}}]})"}) {
    json = whole + outputs;
    const auto as_bytes = infer(json, raw, std::to_string(json.size()));
    ASSERT_EQ(as_bytes.status, 200) << as_bytes.body;
    EXPECT_EQ(as_bytes.body.substr(std::stoul(as_bytes.fields.at("inference-header-content-length"))), vectors.body);
    EXPECT_THAT(as_bytes.body, testing::HasSubstr("\"binary_data_size\":" + std::to_string(vectors.body.size())));
  }

  struct Wrong {
    std::string json;
    std::string raw;
    const char* part;
  };
  for (const auto& [text, bytes, part] : {
           Wrong{tensor(raw.size() - 1, "2") + "}", raw, "binary_data_size: expected the 14 bytes"},
           Wrong{tensor(raw.size() - 1, "2") + "}", raw.substr(0, 13), "behind its length"},
           Wrong{tensor(4, "1") + "}", "\xff\xff\xff\xff", "behind its length"},
           Wrong{tensor(raw.size(), "3") + "}", raw, "shape"},
           Wrong{tensor(raw.size(), "-2") + "}", raw, "shape"},
           Wrong{tensor(raw.size(), "4294967296,4294967296") + "}", raw, "shape"},
           Wrong{tensor(raw.size(), "2", R"(,"data":["a","b"])") + "}", raw, "found both"},
       }) {
    const auto answer = infer(text, bytes, std::to_string(text.size()));
    EXPECT_EQ(answer.status, 400) << text;
    EXPECT_THAT(answer.body, testing::HasSubstr(part)) << text;
  }
  for (const auto length : {"100000", "-1", "1x", "0x10"}) {
    EXPECT_THAT(infer(json, raw, length).body, testing::HasSubstr("inference-header-content-length")) << length;
  }
  EXPECT_EQ(infer(json, raw, "10").status, 400);
  EXPECT_EQ(client.post("/v2/models/hash/infer", json + raw).status, 400);
}

TEST_F(Families, ErrorsNameTheFieldsOfTheirFormat) {
  const std::string far = "[1,99999999]";  // no such token
  const std::string infer = "/v2/models/hash/infer";
  expect({
      {"/v1/embeddings", R"({"input":[]})", 400, {"input: expected at least one", R"("param":"input")"}},
      {"/v1/embeddings", R"({"input":[[1],)" + far + "]}", 400, {"\"input[1]: ", R"("param":"input")"}},
      {"/v1/embeddings", R"({"input":"a","dimensions":99999})", 400, {R"("param":"dimensions")"}},
      {"/embed", R"({"inputs":[[1],)" + far + "]}", 422, {"\"inputs[1]: "}},
      {"/similarity", R"({"inputs":{"source_sentence":"a"}})", 422, {"inputs.sentences: expected a value, found none"}},
      {"/similarity", R"({"inputs":{"source_sentence":"a","sentences":[]}})", 400, {"inputs.sentences: expected at"}},
      {"/vertex", "{}", 422, {"instances: expected an array of requests, found none"}},
      {"/vertex", R"({"instances":[]})", 400, {"instances: expected at least one"}},
      {"/vertex", R"({"instances":[{"inputs":[]}]})", 400, {"instances[0].inputs: expected at least one"}},
      {"/vertex", R"({"instances":[{"inputs":"a"},{"inputs":7}]})", 422, {"instances[1].inputs: expected a string"}},
      {"/vertex", R"({"instances":[{"inputs":"a"},7]})", 422, {"instances[1]: expected an object"}},
      {"/v1/embed", "{}", 400, {"texts: expected at least one"}},
      {"/v2/embed", R"({"inputs":[]})", 400, {"inputs: expected at least one"}},
      {"/v2/embed", R"({"texts":["a"],"inputs":[]})", 400, {"inputs: expected texts or inputs, found both"}},
      {"/v2/embed", R"({"texts":["a"],"output_dimension":99999})", 400, {"output_dimension: expected 1 to"}},
      {"/api/embed", R"({"model":"hash","input":[]})", 400, {"input: expected at least one"}},
      {"/api/embed", R"({"model":"hash","input":)" + far + "}", 400, {"\"input[0]: "}},
      {"/api/embeddings", R"({"model":"hash"})", 400, {"prompt: expected a value, found none"}},
      {infer.c_str(),
       R"({"inputs":[{"datatype":"BYTES","shape":[0],"data":[]}]})",
       400,
       {"inputs[0].data: expected at"}},
      {"/v1/akidb/embed", R"({"inputs":)" + far + "}", 400, {"\"inputs[0]: "}},
  });
}

TEST(SmallValues, RoundsHoldsAndPacks) {
  const auto written = [](std::vector<float> values, SmallForm form) {
    std::string out;
    append_small(values, form, out);
    return out;
  };
  EXPECT_EQ(written({1.0F, -1.0F, 0.5F, 0, -2.0F, 9.0F}, SmallForm::int8), "[127,-127,64,0,-128,127]");
  EXPECT_EQ(written({1.0F, -1.0F}, SmallForm::uint8), "[255,1]");
  EXPECT_EQ(written({1, 0, -1, 1, 1, 1, 1, 1, 1}, SmallForm::ubinary), "[159,128]");
  EXPECT_EQ(written({1, 0, -1, 1, 1, 1, 1, 1, 1}, SmallForm::binary), "[31,0]");
}

}  // namespace
}  // namespace akidb::embedding::server
