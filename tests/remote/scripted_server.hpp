// An HTTP server on loopback that does what a test tells it, good or bad.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace akidb::embedding::test {

struct Heard {
  std::string head;  // request line and headers
  std::string body;
};

struct Reply {
  int status = 200;
  std::string body{};
  std::string headers{};               // lines that end in CR LF
  std::chrono::milliseconds delay{0};  // before a byte goes out; ends early when the client leaves
  bool resets = false;                 // closes at once in place of an answer
  std::size_t cut = 0;                 // bytes of the body that are promised and not sent
  bool without_length = false;         // the end of the connection ends the body
};

// Each connection carries one call and has a thread; calls are numbered from 0 as they come.
class ScriptedServer {
 public:
  using Script = std::function<Reply(std::size_t call, const Heard& heard)>;

  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

  // From now on; calls are numbered from 0 again.
  void play(Script script);

  [[nodiscard]] std::size_t calls() const;
  [[nodiscard]] std::vector<Heard> heard() const;

 private:
  void accept_all();
  void serve(int client);

  int listener_;
  int port_ = 0;
  std::atomic<bool> closing_{false};
  mutable std::mutex mutex_;
  Script script_;
  std::vector<Heard> heard_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace akidb::embedding::test
