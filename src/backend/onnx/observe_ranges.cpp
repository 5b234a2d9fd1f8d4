#include "backend/onnx/observe_ranges.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

#include "backend/onnx/input_tensors.hpp"
#include "backend/onnx/runtime.hpp"
#include "backend/onnx/session.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

Result<void> widen(ObservedRange& range, const Ort::Value& value) {
  const auto facts = value.GetTensorTypeAndShapeInfo();
  const std::span values(value.GetTensorData<float>(), facts.GetElementCount());
  if (values.empty()) return {};
  const auto columns = static_cast<std::size_t>(facts.GetShape().back());
  range.lowest.resize(columns, std::numeric_limits<float>::max());
  range.highest.resize(columns, std::numeric_limits<float>::lowest());
  for (std::size_t at = 0; at < values.size(); ++at) {
    if (!std::isfinite(values[at])) {
      return Error{ErrorCode::data_corrupt, "calibration: a value of " + range.output + " is not finite", {}, {}};
    }
    auto& lowest = range.lowest[at % columns];
    auto& highest = range.highest[at % columns];
    lowest = std::min(lowest, values[at]);
    highest = std::max(highest, values[at]);
  }
  return {};
}

Result<std::vector<ObservedRange>> observe(Ort::Session& session, const Signature& signature,
                                           const std::vector<std::string>& outputs,
                                           const std::vector<std::vector<std::uint32_t>>& sequences) {
  std::vector<ObservedRange> ranges;
  std::vector<const char*> names;
  for (const auto& output : outputs) {
    ranges.push_back({output, {}, {}});
    names.push_back(output.c_str());
  }
  InputTensors inputs;
  for (const auto& ids : sequences) {
    const std::array<std::uint32_t, 2> offsets = {0, static_cast<std::uint32_t>(ids.size())};
    inputs.fill(signature, {ids, offsets}, {1, ids.size()});
    const auto values = session.Run(Ort::RunOptions{nullptr}, inputs.names().data(), inputs.values().data(),
                                    inputs.values().size(), names.data(), names.size());
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (auto outcome = widen(ranges[at], values[at]); !outcome) return outcome.error();
    }
  }
  return ranges;
}

}  // namespace

Result<std::vector<ObservedRange>> observe_ranges(const std::filesystem::path& graph,
                                                  const std::vector<std::string>& outputs,
                                                  const std::vector<std::vector<std::uint32_t>>& sequences,
                                                  const std::filesystem::path& onnxruntime) {
  const auto runtime = load_runtime(onnxruntime);
  if (!runtime) return runtime.error();
  try {
    SessionPlan plan;
    plan.graph = graph;
    auto session = make_session(plan);
    if (!session) return std::move(session).error();
    const auto signature = read_signature(*session);
    if (!signature) return signature.error();
    return observe(*session, *signature, outputs, sequences);
  } catch (const Ort::Exception& exception) {
    return run_error("during the calibration", exception);
  }
}

}  // namespace akidb::embedding::backend::onnx
