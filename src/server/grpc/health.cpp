#include "server/grpc/health.hpp"

#include <algorithm>

#include "server/grpc/method.hpp"

namespace akidb::embedding::server {
namespace {

bool is_service(std::string_view name) {
  const auto methods = method_table();
  return std::any_of(methods.begin(), methods.end(),
                     [&](const Method& method) { return service_of(method.path) == name; });
}

}  // namespace

Health health_of(const EmbedService& service, std::string_view name) {
  const auto serving = [](bool is) { return is ? Health::serving : Health::not_serving; };
  if (name.empty()) return serving(service.ready());
  if (name == "tei.v1.Predict" || name == "tei.v1.Rerank") return Health::not_serving;
  if (is_service(name)) return serving(service.ready());
  const auto entry = service.models().find(name);
  if (!entry) return Health::unknown_name;
  return serving(!service.draining() && entry->state == ModelState::ready);
}

}  // namespace akidb::embedding::server
