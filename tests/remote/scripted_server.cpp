#include "scripted_server.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace akidb::embedding::test {
namespace {

void send_all(int client, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const ssize_t count = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

std::size_t content_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::strtoull(head.c_str() + at + 16, nullptr, 10);
}

Heard receive(int client) {
  Heard heard;
  std::string text;
  std::size_t end = std::string::npos;
  char buffer[16'384];
  while (end == std::string::npos || text.size() < end + 4 + content_length(heard.head)) {
    const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
    if (end != std::string::npos) continue;
    end = text.find("\r\n\r\n");
    if (end != std::string::npos) heard.head = text.substr(0, end + 2);
  }
  if (end != std::string::npos) heard.body = text.substr(end + 4);
  return heard;
}

}  // namespace

ScriptedServer::ScriptedServer(Script script)
    : listener_(::socket(AF_INET, SOCK_STREAM, 0)), script_(std::move(script)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer() {
  closing_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
}

void ScriptedServer::play(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
  heard_.clear();
}

std::size_t ScriptedServer::calls() const {
  const std::lock_guard lock(mutex_);
  return heard_.size();
}

std::vector<Heard> ScriptedServer::heard() const {
  const std::lock_guard lock(mutex_);
  return heard_;
}

void ScriptedServer::accept_all() {
  while (!closing_) {
    const int client = ::accept(listener_, nullptr, nullptr);
    if (client < 0) continue;
    threads_.emplace_back([this, client] { serve(client); });
  }
}

void ScriptedServer::serve(int client) {
  auto heard = receive(client);
  Reply reply;
  {
    const std::lock_guard lock(mutex_);
    reply = script_(heard_.size(), heard);
    heard_.push_back(std::move(heard));
  }
  pollfd gone{client, POLLIN, 0};  // readable: the client has closed
  if (reply.delay.count() > 0) ::poll(&gone, 1, static_cast<int>(reply.delay.count()));
  if (reply.resets) {
    const linger at_once{1, 0};
    ::setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  } else {
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\nConnection: close\r\n" + reply.headers;
    if (!reply.without_length) head += "Content-Length: " + std::to_string(reply.body.size() + reply.cut) + "\r\n";
    send_all(client, head + "\r\n" + reply.body);
    if (reply.cut == 0) ::shutdown(client, SHUT_WR);
  }
  ::close(client);
}

}  // namespace akidb::embedding::test
