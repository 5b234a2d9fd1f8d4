// RequestLog: what is told of a request when it is answered, and to whom.
#pragma once

#include <akidb/embedding/response.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/trace_context.hpp"

namespace akidb::embedding::server {

// What the models did for a request.
struct Work {
  std::string model;
  std::size_t texts = 0;
  std::size_t tokens = 0;
  std::size_t truncated_texts = 0;
  std::chrono::microseconds tokenize{0};
  std::chrono::microseconds queue{0};
  std::chrono::microseconds compute{0};

  void add(const BatchEmbeddingResponse& response);
};

// Holds nothing of a request's texts, and no key: `caller` is a key's name, or the connection's.
struct RequestRecord {
  std::string_view door;    // "http", "grpc"
  std::string_view method;  // "POST"; empty for gRPC
  std::string_view route;   // the pattern, never what a client typed; empty where there is none
  int status = 0;           // of HTTP, or of gRPC
  bool is_server_fault = false;
  std::string_view error;  // an error code's name; empty where there was none
  std::string id;
  std::string caller;
  TraceContext trace;
  std::chrono::system_clock::time_point begin;
  std::chrono::microseconds duration{0};
  Work work;
};

// Observers are added before the first request; the rest is thread-safe.
class RequestLog {
 public:
  // Called on any thread, several at a time; must not block for long.
  using Observer = std::function<void(const RequestRecord& record)>;
  void add(Observer observer) { observers_.push_back(std::move(observer)); }

  // Spans are begun for requests from now on; `share` of new traces, 0 to 1, are sampled.
  void begin_spans(double share) {
    makes_spans_ = true;
    share_ = share;
  }

  // The trace of a request that shows these fields.
  [[nodiscard]] TraceContext trace_of(std::string_view parent, std::string_view state) const;

  // Whether anybody is to be told; where nobody is, a record need not be made.
  [[nodiscard]] bool enabled() const noexcept { return !observers_.empty(); }
  void tell(const RequestRecord& record) const {
    for (const auto& observer : observers_) observer(record);
  }

 private:
  std::vector<Observer> observers_;
  bool makes_spans_ = false;
  double share_ = 1;
};

}  // namespace akidb::embedding::server
