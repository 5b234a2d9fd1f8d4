#include <algorithm>
#include <array>

#include "fuzz/server_bench.hpp"
#include "fuzz/server_bodies.hpp"

namespace akidb::embedding::test {
namespace {

bool is_known(int status) {
  constexpr std::array kKnown = {200, 400, 404, 405, 413, 422, 424, 501};
  return std::find(kKnown.begin(), kKnown.end(), status) != kKnown.end();
}

}  // namespace

std::string fuzz_http_body(std::string_view bytes) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) return {};
  const auto target = bytes.substr(0, end);
  const auto body = bytes.substr(end + 1);
  server::Request request;
  request.method = "POST";
  request.target = target;
  request.path = server::path_of(target);
  if (request.path.empty()) return {};
  request.body.reserve(body.size() + server::kBodyPadding);
  request.body = body;
  const auto response = ServerBench::get().answer(std::move(request));
  if (!is_known(response.status)) return "status " + std::to_string(response.status) + ": " + response.body;
  return problem_of(response);
}

}  // namespace akidb::embedding::test
