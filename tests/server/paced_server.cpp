// A server like akidb-embed serve, over a model that takes its time and no processor: for tests of load, in which what
// the server does must not depend on how fast a model computes.
//
//   paced_server [--service-us N] [--workers N] [--max-requests N] [--patience-ms N] [--leak-bytes N] [--api-keys A,B]
//   [--grpc 0|1]
//
// --service-us: for each text. --patience-ms: for heads, bodies and answers of slow clients. --leak-bytes: lost with
// each text, on purpose. --grpc: whether it speaks that, too. Listens on free ports of 127.0.0.1. At its end it says
// how many texts it computed.
#include <sys/signalfd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <thread>

#include "backend/backend.hpp"
#include "base/executor.hpp"
#include "pipeline/pipeline.hpp"
#include "providers/hash/hash_tokenizer.hpp"
#include "providers/pipeline_provider.hpp"
#include "server/app/run.hpp"

namespace {

using namespace akidb::embedding;

struct Settings {
  std::chrono::microseconds service{1'000};
  std::uint32_t workers = 1;
  std::size_t max_requests = 1'024;
  std::chrono::milliseconds patience{0};
  std::size_t leak_bytes = 0;
  std::string api_keys;
  bool grpc = false;
};

std::atomic<std::size_t> computed{0};

class PacedBackend final : public backend::Backend {
 public:
  explicit PacedBackend(const Settings& settings) : settings_(settings) {
    info_.name = "paced";
    info_.runtime = "none";
    info_.device = "cpu";
    info_.device_reason = "it only waits";
    info_.execution = "in the test";
    info_.dtype = "fp32";
    info_.hidden_size = kDimension;
    info_.vocab_size = providers::HashTokenizer::kVocabSize;
    info_.equal_lengths = false;
    info_.unit_tokens = 16;
    row_[0] = 1;
  }

  [[nodiscard]] const backend::BackendInfo& info() const override { return info_; }

  Result<void> forward(const backend::TokenBatch& batch, backend::Cores /*cores*/, backend::RowSink& sink) override {
    // Late wake-ups are made good, so that a second holds as many texts as it should.
    const auto now = std::chrono::steady_clock::now();
    thread_local auto due = now;
    if (now - due > std::chrono::milliseconds(5)) due = now;
    due += settings_.service * batch.sequences();
    std::this_thread::sleep_until(due);
    for (std::size_t at = 0; at < batch.sequences(); ++at) {
      if (settings_.leak_bytes > 0) lose(settings_.leak_bytes);
      for (std::size_t token = 0; token < batch.length(at); ++token) sink.rows(at, token, row_);
    }
    computed += batch.sequences();
    return {};
  }

 private:
  static constexpr std::size_t kDimension = 384;

  static void lose(std::size_t bytes) {
    static std::atomic<void*> last;  // reached by nobody but the newest
    void* memory = std::malloc(bytes);
    if (memory != nullptr) std::memset(memory, 1, bytes);
    last = memory;
  }

  const Settings settings_;
  backend::BackendInfo info_;
  std::array<float, kDimension> row_{};
};

std::unique_ptr<EmbeddingProvider> make_model(const Settings& settings, const std::shared_ptr<Executor>& executor) {
  ModelInfo info;
  info.model = "paced";
  info.max_tokens = 256;
  info.pooling = "mean";
  info.normalized = true;
  pipeline::PipelineOptions options;
  options.model = info.model;
  options.normalize = true;
  options.encoder.max_tokens = info.max_tokens;
  options.encoder.vocab_size = providers::HashTokenizer::kVocabSize;
  pipeline::PipelineParts parts{std::make_unique<PacedBackend>(settings), std::make_unique<providers::HashTokenizer>(),
                                executor, std::make_shared<pipeline::Admission>(pipeline::Admission::Bounds())};
  return std::make_unique<providers::PipelineProvider>(std::move(parts), std::move(options), std::move(info),
                                                       providers::PipelineProvider::Doors{});
}

server::ServeOptions serve_options(const Settings& settings) {
  server::ServeOptions options;
  options.executor = make_executor(settings.workers);
  options.load = [settings, executor = options.executor]() -> Result<server::Reloadable> {
    server::Reloadable loaded;
    loaded.models.push_back({"paced", {}, [settings, executor]() -> Result<std::unique_ptr<EmbeddingProvider>> {
                               return make_model(settings, executor);
                             }});
    if (auto added = loaded.keys.add_lines(settings.api_keys); !added) return added.error();
    return loaded;
  };
  options.http.listen.push_back({"127.0.0.1", 0, {}});
  if (settings.grpc) options.grpc.emplace().port = 0;
  if (settings.patience.count() > 0) {
    auto& connection = options.http.connection;
    connection.head_timeout = connection.body_timeout = connection.write_timeout = settings.patience;
  }
  options.service.bounds.requests = settings.max_requests;
  options.api.version = "test";
  options.say = [](std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  };
  return options;
}

// False where a word is none that is known.
bool parse(int count, char** words, Settings& settings) {
  if (count % 2 == 0) return false;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view flag = words[i];
    const long long number = std::atoll(words[i + 1]);
    if (flag == "--service-us") {
      settings.service = std::chrono::microseconds(number);
    } else if (flag == "--workers") {
      settings.workers = static_cast<std::uint32_t>(number);
    } else if (flag == "--max-requests") {
      settings.max_requests = static_cast<std::size_t>(number);
    } else if (flag == "--patience-ms") {
      settings.patience = std::chrono::milliseconds(number);
    } else if (flag == "--leak-bytes") {
      settings.leak_bytes = static_cast<std::size_t>(number);
    } else if (flag == "--grpc") {
      settings.grpc = number != 0;
    } else if (flag == "--api-keys") {
      settings.api_keys = words[i + 1];
      std::replace(settings.api_keys.begin(), settings.api_keys.end(), ',', '\n');
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int count, char** words) {
  Settings settings;
  if (!parse(count, words, settings)) {
    std::fputs("paced_server: unknown flag\n", stderr);
    return 2;
  }
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);  // before there are threads
  const int stop = ::signalfd(-1, &stops, SFD_CLOEXEC);
  const auto outcome = server::run_server(serve_options(settings), stop);
  std::fprintf(stderr, "computed %zu texts\n", computed.load());
  if (!outcome) std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
  return outcome ? 0 : 1;
}
