// Everything of a server but its sockets, on the hash provider, for bodies that give it requests.
#pragma once

#include <memory>
#include <string>

#include "server/http/dispatcher.hpp"

namespace akidb::embedding::test {

// Lives as long as the process, as its threads do.
class ServerBench {
 public:
  static ServerBench& get();

  server::Response answer(server::Request request);

 private:
  ServerBench();

  server::ApiOptions options_;
  server::ApiKeys keys_;
  server::EmbedService service_;
  server::Dispatcher dispatcher_;
};

// What is wrong with an answer's body; nothing where it is what its head says.
std::string problem_of(const server::Response& response);

}  // namespace akidb::embedding::test
