#include <algorithm>
#include <vector>

#include "fuzz/server_bodies.hpp"
#include "server/http/protocol/request_reader.hpp"

namespace akidb::embedding::test {
namespace {

using server::HttpLimits;
using server::RequestReader;

constexpr std::size_t kMostPieces = 4'096;

HttpLimits limits() {
  HttpLimits limits;
  limits.body = 4'096;
  limits.chunks = 16;
  return limits;
}

// What a connection was understood as: its requests, and how it ended.
struct Understood {
  std::vector<server::Request> requests;
  RequestReader::State state = RequestReader::State::head;
  server::Reason reason = server::Reason::none;
};

Understood understood(std::string_view bytes, std::size_t piece) {
  const HttpLimits bounds = limits();
  RequestReader reader(bounds);
  Understood all;
  std::string buffer;
  while (reader.state() != RequestReader::State::failed) {
    const std::size_t used = reader.feed(buffer);
    buffer.erase(0, used);
    if (reader.state() == RequestReader::State::complete) {
      all.requests.push_back(reader.take());
      continue;
    }
    if (used > 0 && !buffer.empty()) continue;
    if (bytes.empty()) break;
    buffer += bytes.substr(0, piece);
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  all.state = reader.state();
  if (all.state == RequestReader::State::failed) all.reason = reader.problem().reason;
  return all;
}

std::string check(const server::Request& request) {
  if (request.body.size() > limits().body) return "a body above its limit";
  if (request.fields.size() > limits().fields) return "more fields than there may be";
  if (request.path.empty() || request.path.front() != '/') return "a path that is none";
  if (request.body.capacity() < request.body.size() + server::kBodyPadding) return "no room behind the body";
  return {};
}

bool same(const server::Request& a, const server::Request& b) {
  return a.method == b.method && a.target == b.target && a.path == b.path && a.keep_alive == b.keep_alive &&
         a.fields == b.fields && a.body == b.body;
}

}  // namespace

std::string fuzz_http_request(std::string_view bytes) {
  const auto whole = understood(bytes, std::max<std::size_t>(bytes.size(), 1));
  for (const auto& request : whole.requests) {
    if (auto problem = check(request); !problem.empty()) return problem;
  }
  const auto pieces = understood(bytes, bytes.size() / kMostPieces + 1);
  if (pieces.state != whole.state || pieces.reason != whole.reason) return "another end when it comes in pieces";
  if (!std::equal(pieces.requests.begin(), pieces.requests.end(), whole.requests.begin(), whole.requests.end(), same)) {
    return "other requests when they come in pieces";
  }
  return {};
}

}  // namespace akidb::embedding::test
