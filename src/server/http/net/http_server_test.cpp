#include "server/http/net/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/log.hpp>

#include <thread>

#include "server/http/net/test_server.hpp"
#include "server/http/route.hpp"

namespace akidb::embedding::server {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(HttpServer, SaysWhetherItLivesAndIsReady) {
  TestServer server;
  server.start(false);
  auto client = server.client();
  EXPECT_EQ(client.get("/live").status, 200);
  const auto loading = client.get("/ready");
  EXPECT_EQ(loading.status, 503);
  EXPECT_EQ(loading.fields.at("retry-after"), "1");
  EXPECT_EQ(client.get("/health").status, 503);
  EXPECT_EQ(client.post("/embed", R"({"inputs":"a"})").status, 503);
  server.load();
  EXPECT_EQ(client.get("/ready").status, 200);
  EXPECT_EQ(client.get("/health").body, "");
  EXPECT_EQ(client.post("/embed", R"({"inputs":"a"})").status, 200);
  server.service->drain();
  EXPECT_EQ(client.get("/ready").status, 503);
  EXPECT_EQ(server.client().get("/live").status, 200);
}

TEST(HttpServer, WarnsOfNoProbeThatComesWhileItLoadsOrDrains) {
  std::vector<std::string> lines;
  set_log_sink([&](LogLevel level, std::string_view line) {
    if (level != LogLevel::debug)
      lines.push_back((level == LogLevel::info ? "info: " : "warning: ") + std::string(line));
  });
  {
    TestServer server;
    server.start(false);
    auto client = server.client();
    EXPECT_EQ(client.get("/ready").status, 503);
    EXPECT_EQ(client.get("/health").status, 503);
    server.load();
    EXPECT_EQ(client.get("/ready").status, 200);
    server.service->drain();
    EXPECT_EQ(client.get("/ready").status, 503);
  }
  set_log_sink({});
  EXPECT_THAT(lines, testing::ElementsAre(AllOf(StartsWith("info: request "), HasSubstr("not every model is ready")),
                                          AllOf(StartsWith("info: request "), HasSubstr("not every model is ready")),
                                          AllOf(StartsWith("info: request "), HasSubstr("about to stop"))));
}

TEST(HttpServer, GivesTheSameVectorOnEveryRoute) {
  TestServer server;
  server.start();
  auto client = server.client();
  const auto own = client.post("/v1/akidb/embed", R"({"inputs":"hello world"})");
  ASSERT_EQ(own.status, 200) << own.body;
  const auto row = own.body.substr(own.body.find("[["), own.body.find("]]") + 2 - own.body.find("[["));
  const auto tei = client.post("/embed", R"({"inputs":["hello world"]})");
  ASSERT_EQ(tei.status, 200);
  EXPECT_EQ(tei.body, row);
  EXPECT_EQ(tei.fields.at("x-compute-characters"), "11");
  EXPECT_EQ(client.post("/", R"({"inputs":"hello world"})").body, row);
  EXPECT_EQ(client.post("/vertex", R"({"instances":[{"inputs":"hello world"}]})").body,
            "{\"predictions\":[" + row + "]}");
  const auto openai = client.post("/v1/embeddings", R"({"input":"hello world","model":"alias"})");
  EXPECT_THAT(openai.body, HasSubstr("\"embedding\":" + row.substr(1, row.size() - 2) + "}"));
  EXPECT_THAT(openai.body, HasSubstr(R"("model":"hash","usage":{"prompt_tokens":)"));
  const auto raw =
      client.post("/v1/akidb/embed", R"({"inputs":"hello world"})", "Accept: application/octet-stream\r\n");
  EXPECT_EQ(raw.fields.at("x-embedding-rows"), "1");
  EXPECT_EQ(raw.body.size(), std::stoul(raw.fields.at("x-embedding-dimension")) * sizeof(float));
}

TEST(HttpServer, TokenizesWithThePromptsThatItEmbedsWith) {
  TestServer server;
  server.start();
  auto client = server.client();
  const auto plain = client.post("/tokenize", R"({"inputs":"a"})");
  ASSERT_EQ(plain.status, 200) << plain.body;
  for (const std::string name : {"query", "document"}) {  // which the model does not name
    const auto body = R"({"inputs":"a","prompt_name":")" + name + "\"}";
    EXPECT_EQ(client.post("/embed", body).status, 200) << name;
    EXPECT_EQ(client.post("/tokenize", body).body, plain.body) << name;
  }
}

TEST(HttpServer, AnswersInTheOrderOfTheInputsWithRepetitions) {
  TestServer server;
  server.options.cache_bytes = 1 << 20;
  server.start();
  auto client = server.client();
  const auto one = client.post("/embed", R"({"inputs":["a"]})").body;
  const auto two = client.post("/embed", R"({"inputs":["b"]})").body;
  const auto a = one.substr(1, one.size() - 2);
  const auto b = two.substr(1, two.size() - 2);
  EXPECT_EQ(client.post("/embed", R"({"inputs":["b","a","b","a"]})").body, "[" + b + "," + a + "," + b + "," + a + "]");
  EXPECT_EQ(client.post("/embed", R"({"inputs":["c","a","c"]})").body.substr(0, 2), "[[");
}

struct Refused {
  std::string path;
  std::string body;
  int status;
  std::string answer;  // a part of it
};

TEST(HttpServer, RefusesAsEachFamilyDoes) {
  TestServer server;
  server.api.openai_inputs = 3;
  server.api.openai_tokens = 20;
  server.start();
  const Refused cases[] = {
      {"/embed", "{", 400, R"("error_type":"Validation")"},
      {"/embed", "[]", 422, "expected an object"},
      {"/embed", "{}", 422, "inputs: expected a value, found none"},
      {"/embed", R"({"inputs":[]})", 400, R"("error_type":"Empty")"},
      {"/embed", R"({"inputs":1})", 422, "inputs: expected a string or token ids, found a number"},
      {"/embed", R"({"inputs":["a",{}]})", 422, "inputs[1]: expected a string or token ids, found an object"},
      {"/embed", R"({"inputs":"a","truncate":3})", 422, "truncate: expected a boolean"},
      {"/embed", R"({"inputs":"a","dimensions":0})", 422, "dimensions: expected 1 to"},
      {"/embed", R"({"inputs":"a","dimensions":1.5})", 422, "dimensions: expected a whole number"},
      {"/embed", R"({"inputs":"a","truncation_direction":"up"})", 422, R"(\"right\" or \"left\")"},
      {"/embed", R"({"inputs":"a","prompt_name":"nothing"})", 422, "prompt"},
      {"/tokenize", R"({"inputs":"a","prompt_name":"nothing"})", 422, "no prompt \\\"nothing\\\""},
      {"/embed_sparse", R"({"inputs":"a"})", 424, R"("error_type":"Backend")"},
      {"/predict", R"({"inputs":"a"})", 424, R"("error_type":"Backend")"},
      {"/rerank", R"({"query":"a","texts":["b"]})", 424, R"("error_type":"Backend")"},
      {"/v1/embeddings", "{", 400,
       R"({"error":{"message":"the body is not valid JSON: line 1, column 2: expected a string as key)"},
      {"/v1/embeddings", "{", 400, R"("param":null)"},
      {"/v1/embeddings", R"({"model":"hash"})", 400, R"("param":"input")"},
      {"/v1/embeddings", R"({"input":"a","model":"gpt"})", 404, R"("code":"model_not_found")"},
      {"/v1/embeddings", R"({"input":"a","wrong":1})", 400, "unknown field: wrong"},
      {"/v1/embeddings", R"({"input":["a","b","c","d"]})", 400, "expected at most 3, found 4"},
      {"/v1/embeddings", R"({"input":"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"})", 400, "tokens in all"},
      {"/v1/embeddings", R"({"input":"a","encoding_format":"hex"})", 400, R"("param":"encoding_format")"},
      {"/v1/akidb/embed", R"({"inputs":[[1,99999999]]})", 400, R"("input_index":0)"},
      {"/v1/akidb/embed", R"({"inputs":["a\ud800"]})", 400, "JSON"},
      {"/nowhere", "{}", 404, "no such path"},
      {"/live", "{}", 405, "this path takes GET"},
  };
  auto client = server.client();
  for (const auto& [path, body, status, answer] : cases) {
    const auto got = client.post(path, body);
    EXPECT_EQ(got.status, status) << path << ' ' << body << ' ' << got.body;
    EXPECT_THAT(got.body, HasSubstr(answer)) << path << ' ' << body;
  }
}

TEST(HttpServer, LetsPagesOfListedOriginsCall) {
  TestServer server;
  server.api.cors_origins = {"https://app.example"};
  KeySet keys;
  ASSERT_TRUE(keys.add("secret"));
  server.keys.set(std::move(keys));
  server.start();
  auto client = server.client();
  const auto ask = [&](const std::string& origin) {
    client.send("OPTIONS /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nOrigin: " + origin +
                "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\r\n");
    return client.receive();
  };
  const auto allowed = ask("https://app.example");
  EXPECT_EQ(allowed.status, 200);
  EXPECT_EQ(allowed.fields.at("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(allowed.fields.at("access-control-allow-methods"), "POST");
  const auto other = ask("https://other.example");
  EXPECT_EQ(other.status, 401);
  EXPECT_EQ(other.fields.count("access-control-allow-origin"), 0U);
  // An answer that a page cannot read would not tell its user what is wrong.
  const auto refused = client.post("/embed", "{}", "Origin: https://app.example\r\n");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.fields.at("access-control-allow-origin"), "https://app.example");
}

TEST(HttpServer, DescribesItsRoutes) {
  TestServer server;
  server.start();
  const auto answer = server.client().get("/openapi.json");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.body, StartsWith("{\n  \"openapi\": \"3.1.0\""));
}

TEST(HttpServer, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  TestServer server;
  server.start();
  auto client = server.client();
  const std::string body = R"({"inputs":"a"})";
  client.send(
      "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body +
      "GET /ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.receive().body, "{\"live\":true}");
  EXPECT_THAT(client.receive().body, StartsWith("[["));
  const auto last = client.receive();
  EXPECT_EQ(last.body, "{\"ready\":true}");
  EXPECT_EQ(last.fields.at("connection"), "close");
  EXPECT_EQ(client.receive().status, 0);
}

TEST(HttpServer, ClosesAfterWhatItCannotRead) {
  TestServer server;
  server.http.connection.limits.body = 1'000;
  server.start();
  auto bad = server.client();
  bad.send("GET / HTTP/1.1\nHost: localhost\n\n");
  EXPECT_EQ(bad.receive().status, 400);
  EXPECT_EQ(bad.receive().status, 0);
  auto large = server.client();
  const auto refused = large.post("/embed", std::string(100'000, ' '));
  EXPECT_EQ(refused.status, 413);
  EXPECT_THAT(refused.body, HasSubstr("\"error_type\""));
  EXPECT_EQ(large.receive().status, 0);
}

TEST(HttpServer, SaysContinue) {
  TestServer server;
  server.start();
  auto client = server.client();
  client.send("POST /embed HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 14\r\n\r\n");
  EXPECT_EQ(client.receive().status, 100);
  client.send(R"({"inputs":"a"})");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(HttpServer, EndsSlowAndIdleClients) {
  TestServer server;
  server.http.connection.head_timeout = std::chrono::milliseconds(150);
  server.http.connection.body_timeout = std::chrono::milliseconds(150);
  server.http.connection.idle_timeout = std::chrono::milliseconds(150);
  server.start();
  auto silent = server.client();
  EXPECT_EQ(silent.receive().status, 0);
  auto slow_head = server.client();
  slow_head.send("GET / HT");
  EXPECT_EQ(slow_head.receive().status, 408);
  auto slow_body = server.client();
  slow_body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nab");
  EXPECT_EQ(slow_body.receive().status, 408);
  auto idle = server.client();
  EXPECT_EQ(idle.get("/live").status, 200);
  EXPECT_EQ(idle.receive().status, 0);
}

TEST(HttpServer, AnswersHeadWithoutABody) {
  TestServer server;
  server.start();
  auto client = server.client();
  client.send("HEAD /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const auto answer = client.receive(false);
  EXPECT_EQ(answer.fields.at("content-length"), "13");
  EXPECT_EQ(client.get("/live").status, 200);
}

TEST(HttpServer, WantsAKeyEverywhereButForLifeAndReadiness) {
  TestServer server;
  KeySet keys;
  ASSERT_TRUE(keys.add_lines("first-key\nsecond-key"));
  server.keys.set(std::move(keys));
  server.start();
  auto client = server.client();
  std::size_t open_routes = 0;
  for (const auto& route : route_table()) {
    const std::string path = std::string(route.path.substr(0, route.path.find('{'))) +
                             (route.path.find('{') == std::string_view::npos ? "" : "hash");
    const std::string request =
        std::string(route.method) + " " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n";
    client.send(request + "\r\n{}");
    const auto without = client.receive().status;
    client.send(request + "Authorization: Bearer wrong-key\r\n\r\n{}");
    const auto wrong = client.receive().status;
    client.send(request + "Authorization: Bearer second-key\r\n\r\n{}");
    EXPECT_NE(client.receive().status, 401) << route.path;
    open_routes += route.open ? 1 : 0;
    EXPECT_EQ(without == 401, !route.open) << route.path;
    EXPECT_EQ(wrong == 401, !route.open) << route.path;
  }
  EXPECT_EQ(open_routes, 5U);  // more need a reason
  EXPECT_EQ(client.get("/nowhere").status, 401);
}

TEST(HttpServer, GoesByItsNamesOnly) {
  TestServer server;
  server.api.hosts = {"localhost", "[::1]"};
  server.start();
  auto client = server.client();
  client.send("GET /live HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(client.receive().status, 421);
  client.send("GET /live HTTP/1.1\r\nHost: localhost:9999\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
  client.send("GET /live HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
  EXPECT_EQ(client.receive().status, 200);
}

TEST(HttpServer, CountsAndShowsMetrics) {
  TestServer server;
  server.start();
  auto client = server.client();
  client.post("/embed", R"({"inputs":["a","b","a"]})");
  client.post("/v1/embeddings", R"({"input":"c","model":"other"})");
  const auto text = client.get("/metrics").body;
  for (const auto line : {
           "akidb_embed_texts_total{model=\"hash\"} 3",
           "akidb_embed_duplicate_texts_total{model=\"hash\"} 1",
           "akidb_embed_http_requests_total{method=\"POST\",route=\"/embed\",family=\"tei\",status=\"200\"} 1",
           R"(akidb_embed_http_requests_total{method="POST",route="/v1/embeddings",family="openai",status="404"} 1)",
           "te_request_count{method=\"single\"} 1",  // of a model that is not there
           "te_request_count{method=\"batch\"} 1",
           "akidb_embed_model_ready{model=\"hash\"} 1",
           "te_request_duration_bucket{model=\"hash\",le=",
           "process_resident_memory_bytes ",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

std::string texts(int count) {
  std::string list;
  for (int i = 0; i < count; ++i) list += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\"";
  return "{\"inputs\":[" + list + "]}";
}

TEST(HttpServer, CountsRequestsOfTeiAsTeiDoes) {
  TestServer server;
  server.start();
  auto client = server.client();
  EXPECT_EQ(client.post("/embed", R"({"inputs":"a"})").status, 200);
  EXPECT_EQ(client.post("/embed", texts(1)).status, 200);
  EXPECT_EQ(client.post("/embed", texts(3)).status, 200);
  EXPECT_EQ(client.post("/embed", texts(33)).status, 422);
  EXPECT_EQ(client.post("/embed", texts(0)).status, 400);
  EXPECT_EQ(client.post("/embed", R"({"inputs":"a","prompt_name":"none"})").status, 422);
  EXPECT_EQ(client.post("/similarity", R"({"inputs":{"source_sentence":"a","sentences":[]}})").status, 400);
  EXPECT_EQ(client.post("/rerank", R"({"query":"a","texts":["b"]})").status, 424);
  EXPECT_EQ(client.post("/v1/embeddings", R"({"input":[]})").status, 400);
  EXPECT_EQ(client.post("/v1/embeddings", R"({"input":"a"})").status, 200);
  EXPECT_EQ(client.post("/v1/embeddings", R"({"input":["a","b"]})").status, 200);
  // None of these is an embedding request of TEI's.
  EXPECT_EQ(client.post("/embed", R"({"inputs":)").status, 400);
  EXPECT_EQ(client.post("/v1/embeddings", R"({"input":5})").status, 400);
  EXPECT_EQ(client.post("/api/embed", R"({"model":"hash","input":"a"})").status, 200);
  EXPECT_EQ(client.post("/live", "{}").status, 405);
  const auto text = client.get("/metrics").body;
  for (const auto line : {
           "te_request_count{method=\"single\"} 3\n",
           "te_request_count{method=\"batch\"} 8\n",
           "te_request_success{method=\"single\"} 2\n",
           "te_request_success{method=\"batch\"} 3\n",
           "te_request_failure{err=\"overloaded\"} 0\n",
           "te_request_failure{err=\"batch_size\"} 1\n",
           "te_request_failure{err=\"model_type\"} 1\n",
           "te_request_failure{err=\"validation\"} 4\n",
           "te_request_failure{err=\"inference\"} 0\n",
           "te_embed_count{model=\"hash\"} 10\n",  // of the models, for whichever route: one failed
           "te_embed_success{model=\"hash\"} 9\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST(HttpServer, AnswersAWrongMethodInTheFormOfItsPath) {
  TestServer server;
  server.start();
  auto client = server.client();
  EXPECT_THAT(client.get("/v1/embeddings").body, HasSubstr(R"("type":"invalid_request_error")"));
  EXPECT_THAT(client.get("/embed").body, HasSubstr(R"("error_type":"Validation")"));
  EXPECT_THAT(client.get("/nowhere").body, HasSubstr(R"("reason":"no_route")"));
}

TEST(HttpServer, EndsWhatIsUnderWayWhenItDrains) {
  TestServer server;
  server.start();
  auto idle = server.client();
  EXPECT_EQ(idle.get("/live").status, 200);
  server.server->drain();
  EXPECT_EQ(idle.receive().status, 0);
  for (int i = 0; i < 1'000 && server.server->has_connections(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_FALSE(server.server->has_connections());
}

std::string request_with_a_long_answer() {
  std::string body = R"({"inputs":["a")";
  for (int i = 0; i < 4'000; ++i) body += ",\"" + std::to_string(i) + "\"";
  body += "]}";
  return "POST /v1/akidb/embed HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

TEST(HttpServer, StopsAfterClientsThatLeftBeforeTheEndOfTheirAnswers) {
  TestServer server;
  server.start();
  for (int i = 0; i < 5; ++i) server.client().send(request_with_a_long_answer());
  server.server->stop();  // waits for every exchange
  EXPECT_FALSE(server.server->has_connections());
}

TEST(HttpServer, EndsAConnectionWhoseAnswerWasOnItsWayWhenItDrained) {
  using Clock = std::chrono::steady_clock;
  TestServer server;
  server.start();
  auto client = server.client();
  client.send(request_with_a_long_answer());
  for (int i = 0; i < 20'000 && server.service->admission().unsent() == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  server.server->drain();
  EXPECT_EQ(client.receive().status, 200);
  const auto begin = Clock::now();
  EXPECT_EQ(client.receive().status, 0);
  EXPECT_LT(Clock::now() - begin, server.http.connection.idle_timeout / 2);
}

}  // namespace
}  // namespace akidb::embedding::server
