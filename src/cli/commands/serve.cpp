// The server's options from the flags.
#include "base/file.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/options.hpp"
#include "cli/commands/serve_models.hpp"
#include "cli/commands/serve_settings.hpp"
#include "cli/terminal/stop_signal.hpp"
#include "server/app/run.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kKeyFileLimit = 1 << 20;

std::vector<std::string> parts_of(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const auto end = std::min(text.find(separator, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

bool is_loopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Result<server::KeySet> keys_of(const Values& values) {
  server::KeySet keys;
  if (auto added = keys.add_lines(values.text("api-keys")); !added) return added.error();
  const std::string& file = values.text("api-key-file");
  if (file.empty()) return keys;
  const auto text = base::read_file(file, kKeyFileLimit);
  if (!text) return text.error();
  if (auto added = keys.add_lines(*text); !added) return added.error();
  if (keys.empty()) {
    return Error{ErrorCode::invalid_argument, "--api-key-file: expected a key, found none", file, {}};
  }
  return keys;
}

// An Origin field is compared letter by letter: SCHEME://HOST or SCHEME://HOST:PORT.
Result<void> check_origins(const std::vector<std::string>& origins) {
  for (const auto& origin : origins) {
    const auto mark = origin.find("://");
    const bool is_origin = mark != std::string::npos && mark > 0 && mark + 3 < origin.size() &&
                           origin.find_first_of("/?#@* ", mark + 3) == std::string::npos;
    if (origin == "*" || is_origin) continue;
    return Error{
        ErrorCode::invalid_argument, "--cors-origin: expected SCHEME://HOST[:PORT] or *, got '" + origin + "'", {}, {}};
  }
  return {};
}

server::HttpServerOptions http_options(const Values& values) {
  server::HttpServerOptions http;
  http.listen.push_back({values.text("host"), static_cast<std::uint16_t>(values.count("port")), {}});
  if (!values.text("unix-socket").empty()) http.listen.push_back({{}, 0, values.text("unix-socket")});
  http.io_threads = static_cast<std::uint32_t>(values.count("io-threads"));
  http.tls = {values.text("tls-certificate"), values.text("tls-key"), values.text("tls-client-ca")};
  http.connections = values.count("max-connections");
  http.connection.head_timeout = std::chrono::milliseconds(values.count("head-timeout-ms"));
  http.connection.body_timeout = std::chrono::milliseconds(values.count("body-timeout-ms"));
  http.connection.idle_timeout = std::chrono::milliseconds(values.count("idle-timeout-ms"));
  http.connection.limits.body = values.count("max-request-mib") << 20U;
  return http;
}

// The port above HTTP's, where none is given.
Result<std::optional<server::GrpcServerOptions>> grpc_options(const Values& values) {
  const bool given = !values.text("grpc-port").empty();
  if (!values.on("grpc")) return std::optional<server::GrpcServerOptions>();
  if (!server::GrpcServer::available()) {
    if (!given && values.text("grpc-unix-socket").empty()) return std::optional<server::GrpcServerOptions>();
    return Error{ErrorCode::unsupported,
                 std::string(given ? "--grpc-port" : "--grpc-unix-socket") + ": this build has no gRPC",
                 "AKIDB_EMBEDDING_GRPC is off",
                 {}};
  }
  const auto http = values.count("port");
  if (!given && http == UINT16_MAX) {
    return Error{ErrorCode::invalid_argument, "--grpc-port: expected one, as there is none above --port 65535", {}, {}};
  }
  server::GrpcServerOptions grpc;
  grpc.host = values.text("host");
  grpc.port = static_cast<std::uint16_t>(given ? values.count("grpc-port") : http == 0 ? 0 : http + 1);
  grpc.unix_path = values.text("grpc-unix-socket");
  grpc.message_bytes = values.count("max-request-mib") << 20U;
  grpc.calls = values.count("max-connections");
  grpc.tls = {values.text("tls-certificate"), values.text("tls-key"), values.text("tls-client-ca")};
  return std::optional(std::move(grpc));
}

Result<std::optional<server::OtlpOptions>> otlp_options(const Values& values) {
  if (values.text("otlp-endpoint").empty()) return std::optional<server::OtlpOptions>();
  server::OtlpOptions otlp;
  otlp.endpoint = values.text("otlp-endpoint");
  otlp.share = static_cast<double>(values.count("trace-percent")) / 100;
  otlp.version = AKIDB_EMBEDDING_VERSION;
  for (const auto& header : parts_of(values.text("otlp-headers"), ',')) {
    const auto mark = header.find('=');
    if (mark == 0 || mark == std::string::npos) {
      return Error{ErrorCode::invalid_argument, "--otlp-headers: expected NAME=VALUE", {}, {}};  // a value is a secret
    }
    otlp.headers.emplace_back(header.substr(0, mark), header.substr(mark + 1));
  }
  return std::optional(std::move(otlp));
}

// A request's line in the log.
void say_request(Console& console, const server::RequestRecord& record) {
  const auto number = [](auto value) { return std::to_string(value); };
  std::vector<Console::Field> fields = {{"request_id", record.id}, {"door", std::string(record.door)}};
  if (!record.method.empty()) fields.push_back({"method", std::string(record.method)});
  fields.push_back({"route", record.route.empty() ? "none" : std::string(record.route)});
  fields.push_back({"status", number(record.status), true});
  if (!record.error.empty()) fields.push_back({"error", std::string(record.error)});
  fields.push_back({"duration_us", number(record.duration.count()), true});
  fields.push_back({"caller", record.caller});
  if (!record.trace.empty()) fields.push_back({"trace_id", record.trace.trace_id});
  if (!record.trace.span_id.empty()) fields.push_back({"span_id", record.trace.span_id});
  if (record.work.texts > 0) {
    fields.push_back({"model", record.work.model});
    fields.push_back({"texts", number(record.work.texts), true});
    fields.push_back({"tokens", number(record.work.tokens), true});
    fields.push_back({"truncated_texts", number(record.work.truncated_texts), true});
    fields.push_back({"queue_us", number(record.work.queue.count()), true});
    fields.push_back({"compute_us", number(record.work.compute.count()), true});
  }
  console.event(LogLevel::info, "request", fields);
}

server::ApiOptions api_options(const Values& values) {
  server::ApiOptions api;
  api.tei_inputs = values.count("max-client-batch-size");
  api.own_inputs = values.count("max-akidb-inputs");
  api.openai_inputs = values.count("max-openai-inputs");
  api.openai_tokens = values.count("max-openai-tokens");
  api.cohere_inputs = values.count("max-cohere-inputs");
  api.ollama_inputs = values.count("max-ollama-inputs");
  api.kserve_inputs = values.count("max-kserve-inputs");
  api.cors_origins = parts_of(values.text("cors-origin"), ',');
  api.auto_truncate = values.on("auto-truncate");
  api.request_timeout = std::chrono::milliseconds(values.count("request-timeout-ms"));
  api.hosts = parts_of(values.text("allowed-hosts"), ',');
  if (api.hosts.empty() && is_loopback(values.text("host"))) {
    api.hosts = {"localhost", "127.0.0.1", "[::1]", values.text("host")};
  }
  api.playground = values.on("playground");
  api.version = AKIDB_EMBEDDING_VERSION;
  return api;
}

}  // namespace

Result<void> run_serve(const Invocation& invocation, Console& console) {
  const Values& values = invocation.values;
  if (values.text("tls-certificate").empty() != values.text("tls-key").empty()) {
    return Error{ErrorCode::invalid_argument, "--tls-certificate and --tls-key go together", {}, {}};
  }
  if (auto checked = check_origins(parts_of(values.text("cors-origin"), ',')); !checked) return checked;
  server::ServeOptions options;
  options.executor = make_executor(static_cast<std::uint32_t>(values.count("threads")));
  options.load = [before = values, read_again = invocation.read_again, executor = options.executor,
                  &console]() -> Result<server::Reloadable> {
    const auto now = read_again();
    if (!now) return now.error();
    const auto tables = model_tables(*now);
    if (!tables) return tables.error();
    const Values current = in_effect(before, now->values);
    auto models = models_of(*tables, current, executor);
    if (!models) return models.error();
    auto keys = keys_of(current);
    if (!keys) return keys.error();
    if (const auto late = changed_for_next_start(before, now->values); !late.empty()) {
      console.say(LogLevel::warning, "what changed of " + late + " waits for the next start");
    }
    return server::Reloadable{*std::move(models), *std::move(keys), settings_json(*tables, current, Reader::client),
                              settings_json(*tables, current, Reader::terminal)};
  };
  options.http = http_options(values);
  auto grpc = grpc_options(values);
  if (!grpc) return grpc.error();
  options.grpc = *std::move(grpc);
  options.api = api_options(values);
  options.service.bounds.requests = values.count("max-requests");
  options.service.bounds.texts = values.count("max-texts");
  options.service.bounds.bytes = values.count("max-held-mib") << 20U;
  options.service.bounds.unsent = values.count("max-unsent-mib") << 20U;
  options.service.cache_bytes = values.count("text-cache-mib") << 20U;
  options.service.requests_per_minute = values.count("requests-per-minute");
  options.grace = std::chrono::seconds(values.count("drain-seconds"));
  auto otlp = otlp_options(values);
  if (!otlp) return otlp.error();
  options.otlp = *std::move(otlp);
  if (values.on("log-requests")) {
    options.on_request = [&console](const server::RequestRecord& record) { say_request(console, record); };
  }
  options.say = [&console](std::string_view line) { console.summary(std::string(line)); };
  const auto keys = keys_of(values);
  if (!is_loopback(values.text("host")) && keys && keys->empty()) {
    console.say(LogLevel::warning,
                "anybody who reaches " + values.text("host") + " may use this server: it has no API keys");
  }
  return server::run_server(std::move(options), stop_descriptor());
}

}  // namespace akidb::embedding::cli
