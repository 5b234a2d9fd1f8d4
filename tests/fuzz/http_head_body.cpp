#include <algorithm>
#include <array>

#include "fuzz/server_bench.hpp"
#include "fuzz/server_bodies.hpp"
#include "server/http/protocol/request_reader.hpp"

namespace akidb::embedding::test {
namespace {

// 504: a time limit that the request itself gave.
bool is_known(int status) {
  constexpr std::array kKnown = {200, 204, 400, 403, 404, 405, 413, 421, 422, 424, 501, 504};
  return std::find(kKnown.begin(), kKnown.end(), status) != kKnown.end();
}

}  // namespace

std::string fuzz_http_head(std::string_view bytes) {
  const server::HttpLimits limits;
  server::RequestReader reader(limits);
  while (!bytes.empty() && reader.state() != server::RequestReader::State::complete) {
    const auto used = reader.feed(bytes);
    if (used == 0 || reader.state() == server::RequestReader::State::failed) return {};
    bytes.remove_prefix(used);
  }
  if (reader.state() != server::RequestReader::State::complete) return {};
  const auto response = ServerBench::get().answer(reader.take());
  if (!is_known(response.status)) return "status " + std::to_string(response.status) + ": " + response.body;
  for (const auto& [name, value] : response.fields) {
    if ((name + value).find_first_of("\r\n") != std::string::npos) return "a field of two lines: " + name;
  }
  return problem_of(response);
}

}  // namespace akidb::embedding::test
