// RemoteProvider: an EmbeddingProvider over a server of others.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "base/executor.hpp"
#include "remote/client.hpp"

namespace akidb::embedding::providers {

struct RemoteParts {
  remote::ClientOptions client;
  std::string model;  // as the server calls it
  std::string served_name;
  std::uint32_t connections = 4;
  std::size_t max_batch_size = 0;
  std::size_t max_queued = 65'536;  // inputs
};

// A request is split into calls of as many inputs as the wire format takes, `connections` of which run at once.
class RemoteProvider final : public EmbeddingProvider {
 public:
  // Asks for one vector, to learn the dimension and whether vectors are of unit length.
  static Result<std::unique_ptr<EmbeddingProvider>> open(RemoteParts parts);
  ~RemoteProvider() override;

 private:
  struct Job;
  explicit RemoteProvider(RemoteParts parts);
  Result<void> ask_for_one();
  void do_submit(Submission submission, Completion done) override;
  void run_part(Job& job, std::size_t first, std::size_t last);
  Result<void> take(Job& job, std::size_t first, const remote::Answer& answer) const;
  void end_parts(Job& job, std::size_t parts, Result<void> outcome);
  void finish(Job& job);
  [[nodiscard]] Result<void> admit(std::size_t inputs);
  [[nodiscard]] Result<std::shared_ptr<const ModelInfo>> do_model_info() const override { return info_; }
  [[nodiscard]] bool answers_to(std::string_view name) const override {
    return name == info_->model || name == parts_.model;
  }
  [[nodiscard]] std::size_t max_batch_size() const override { return parts_.max_batch_size; }

  RemoteParts parts_;
  remote::Client client_;
  std::shared_ptr<const ModelInfo> info_;
  std::atomic<std::size_t> queued_{0};
  Executor executor_;  // last: its destructor ends the calls, which use all of the above
};

}  // namespace akidb::embedding::providers
