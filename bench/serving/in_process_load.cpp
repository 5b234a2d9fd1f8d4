// Load on the library itself: one caller keeps a number of requests of one text under way.
//
//   in_process_load MODEL IN_FLIGHT SECONDS TEXT...        MODEL: as for akidb-embed, or "hash"
//
// One worker thread. Prints a line of JSON, like http_load, with the processor time of the requests besides.
#include <akidb/embedding/open.hpp>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <mutex>
#include <string>
#include <vector>

#include "latencies.hpp"

namespace {

using namespace akidb::embedding;

// What the caller and the library's threads share.
struct Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t under_way = 0;
  bench::Latencies latencies;
  std::size_t failed = 0;
};

void submit(EmbeddingProvider& provider, const std::string& text, Shared& shared) {
  BatchEmbeddingRequest request;
  request.inputs.emplace_back(text);
  provider.embed_batch_async(std::move(request),
                             [&shared, begin = bench::Clock::now()](const Result<BatchEmbeddingResponse>& outcome) {
                               const double took = bench::seconds_since(begin);
                               const std::lock_guard lock(shared.mutex);
                               if (outcome) {
                                 shared.latencies.add(took);
                               } else {
                                 ++shared.failed;
                               }
                               --shared.under_way;
                               shared.changed.notify_one();
                             });
}

double run(EmbeddingProvider& provider, const std::vector<std::string>& texts, std::size_t in_flight, double seconds,
           Shared& shared) {
  const auto begin = bench::Clock::now();
  for (std::size_t sent = 0; bench::seconds_since(begin) < seconds; ++sent) {
    {
      std::unique_lock lock(shared.mutex);
      shared.changed.wait(lock, [&] { return shared.under_way < in_flight; });
      ++shared.under_way;
    }
    submit(provider, texts[sent % texts.size()], shared);
  }
  std::unique_lock lock(shared.mutex);
  shared.changed.wait(lock, [&] { return shared.under_way == 0; });
  return bench::seconds_since(begin);
}

}  // namespace

int main(int count, char** words) {
  if (count < 5) {
    std::fputs("usage: in_process_load MODEL IN_FLIGHT SECONDS TEXT...\n", stderr);
    return 2;
  }
  ProviderOptions options;
  options.model = words[1];
  if (options.model == "hash") options.provider = ProviderKind::hash;
  options.threads = 1;
  options.offline = true;
  const auto provider = open(options);
  if (!provider) {
    std::fprintf(stderr, "%s\n", provider.error().message.c_str());
    return 1;
  }
  Shared shared;
  const std::vector<std::string> texts(words + 4, words + count);
  const auto cpu_before = std::clock();
  const double seconds =
      run(**provider, texts, static_cast<std::size_t>(std::atol(words[2])), std::atof(words[3]), shared);
  const double cpu_seconds = static_cast<double>(std::clock() - cpu_before) / CLOCKS_PER_SEC;
  std::printf("{\"seconds\":%.2f,\"cpu_seconds\":%.3f,\"failed\":%zu,\"answers\":{\"200\":%s}}\n", seconds, cpu_seconds,
              shared.failed, shared.latencies.json(seconds).c_str());
  return 0;
}
