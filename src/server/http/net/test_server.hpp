// A server on the hash provider, and a client that speaks raw bytes to it, for tests.
#pragma once

#include <akidb/embedding/open.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/executor.hpp"
#include "server/http/net/http_server.hpp"

namespace akidb::embedding::server {

struct Answer {
  int status = 0;
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
};

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) { socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port}); }

  void send(std::string_view text) { boost::asio::write(socket_, boost::asio::buffer(text)); }

  // Status 0 where the server closed the connection instead.
  Answer receive(bool has_body = true) {
    Answer answer;
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
      char c = 0;
      boost::system::error_code problem;
      if (boost::asio::read(socket_, boost::asio::buffer(&c, 1), problem) == 0) return answer;
      head += c;
    }
    answer.status = std::stoi(head.substr(9, 3));
    std::size_t begin = head.find("\r\n") + 2;
    while (begin + 2 < head.size()) {
      const auto end = head.find("\r\n", begin);
      const auto line = head.substr(begin, end - begin);
      std::string name = line.substr(0, line.find(':'));
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      answer.fields[name] = line.substr(std::min(line.find(": ") + 2, line.size()));
      begin = end + 2;
    }
    if (has_body && answer.fields.contains("content-length")) {
      answer.body.resize(std::stoul(answer.fields["content-length"]));
      boost::asio::read(socket_, boost::asio::buffer(answer.body));
    }
    return answer;
  }

  Answer get(const std::string& path, const std::string& fields = {}) {
    send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
    return receive();
  }

  Answer post(const std::string& path, const std::string& body, const std::string& fields = {}) {
    send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body);
    return receive();
  }

  boost::asio::ip::tcp::socket& socket() { return socket_; }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_{context_};
};

// Set what is to be different, then start().
struct TestServer {
  TestServer() {
    http.listen = {ListenOptions{"127.0.0.1", 0, {}}};
    api.version = "test";
  }
  ~TestServer() {
    if (server) server->stop();
  }

  void start(bool with_model = true) {
    service.emplace(options);
    service->models().declare("hash", {"alias"});
    if (with_model) load();
    server.emplace(*service, keys, api, pool, http);
    if (const auto started = server->start(); !started) throw std::runtime_error(started.error().message);
  }

  void load() {
    ProviderOptions model;
    model.provider = ProviderKind::hash;
    auto provider = open(model);
    if (!provider) throw std::runtime_error(provider.error().message);
    service->models().put("hash", *std::move(provider));
  }

  [[nodiscard]] std::uint16_t port() const { return server->port(); }
  [[nodiscard]] TestClient client() const { return TestClient(port()); }

  ServiceOptions options;
  ApiOptions api;
  HttpServerOptions http;
  ApiKeys keys;
  Executor pool{1};
  std::optional<EmbedService> service;
  std::optional<HttpServer> server;
};

}  // namespace akidb::embedding::server
