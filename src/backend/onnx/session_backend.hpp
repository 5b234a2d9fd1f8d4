// A Backend over ONNX Runtime's sessions of one graph on one device.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "backend/backend.hpp"
#include "backend/onnx/buckets.hpp"
#include "backend/onnx/execution_report.hpp"
#include "backend/onnx/session.hpp"
#include "backend/onnx/signature.hpp"

namespace akidb::embedding::backend::onnx {

class SessionBackend final : public Backend {
 public:
  // `session` is of any shape, on the CPU where the device wants fixed ones. A device with fixed shapes needs a graph
  // with an attention mask and with names for the sizes of its input (unsupported, else).
  static Result<std::unique_ptr<SessionBackend>> make(SessionPlan plan, std::unique_ptr<SharedWeights> weights,
                                                      std::optional<Ort::Session> session, Signature signature);
  ~SessionBackend() override;
  SessionBackend(const SessionBackend&) = delete;
  SessionBackend& operator=(const SessionBackend&) = delete;

  [[nodiscard]] const BackendInfo& info() const override { return info_; }
  Result<void> forward(const TokenBatch& batch, Cores cores, RowSink& sink) override;

  // Runs a short text, and completes info() with what the profile and the output say. Where the device is not the
  // CPU and none of the nodes ran there, it is unavailable.
  Result<void> warm_up(BackendInfo info);

  // A second session over the same weights with all threads, made beside the first one's work.
  void widen(std::uint32_t threads);

  // What the self-check saw goes into info().
  void note_check(std::size_t vectors, double least_cosine);

 private:
  SessionBackend(SessionPlan plan, std::unique_ptr<SharedWeights> weights, std::optional<Ort::Session> session,
                 Signature signature);

  Result<ExecutionReport> end_profile();
  Result<void> one_by_one(const TokenBatch& batch, Cores cores, RowSink& sink);
  Result<void> run_in_shapes(const TokenBatch& batch, std::size_t length, RowSink& sink);
  Result<void> run(Ort::Session& session, const TokenBatch& batch, Shape shape, std::size_t first, RowSink& sink);
  Result<void> give_rows(const Ort::Value& output, const TokenBatch& batch, Shape shape, std::size_t first,
                         RowSink& sink) const;
  [[nodiscard]] Error failed_run(const Ort::Exception& exception) const;
  [[nodiscard]] Result<void> check_extents(std::span<const std::int64_t> extents, Shape shape) const;
  Result<Ort::Session*> session_of(Shape shape);

  BackendInfo info_;
  SessionPlan plan_;
  const DeviceRules& rules_;
  std::unique_ptr<SharedWeights> weights_;
  Signature signature_;
  std::optional<Ort::Session> session_;  // nothing where the device wants fixed shapes
  Ort::Session wide_session_{nullptr};
  std::atomic<bool> wide_ready_{false};
  std::thread widening_;

  std::mutex shapes_mutex_;  // guards shaped_
  std::map<Shape, Ort::Session> shaped_;
  std::mutex run_mutex_;  // held during a run on a device that takes one at a time
};

}  // namespace akidb::embedding::backend::onnx
