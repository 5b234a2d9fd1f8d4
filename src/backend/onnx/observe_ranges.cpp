#include "backend/onnx/observe_ranges.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "backend/onnx/input_tensors.hpp"
#include "backend/onnx/runtime.hpp"
#include "backend/onnx/session.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

Result<void> widen(ObservedRange& range, const Ort::Value& value, bool is_first) {
  const std::span values(value.GetTensorData<float>(), value.GetTensorTypeAndShapeInfo().GetElementCount());
  if (values.empty()) return {};
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  if (!std::isfinite(*lowest) || !std::isfinite(*highest)) {
    return Error{ErrorCode::data_corrupt, "calibration: a value of " + range.output + " is not finite", {}, {}};
  }
  range.lowest = is_first ? *lowest : std::min(range.lowest, *lowest);
  range.highest = is_first ? *highest : std::max(range.highest, *highest);
  return {};
}

Result<std::vector<ObservedRange>> observe(Ort::Session& session, const Signature& signature,
                                           const std::vector<std::string>& outputs,
                                           const std::vector<std::vector<std::uint32_t>>& sequences) {
  std::vector<ObservedRange> ranges;
  std::vector<const char*> names;
  for (const auto& output : outputs) {
    ranges.push_back({output, 0, 0});
    names.push_back(output.c_str());
  }
  InputTensors inputs;
  bool is_first = true;
  for (const auto& ids : sequences) {
    const std::array<std::uint32_t, 2> offsets = {0, static_cast<std::uint32_t>(ids.size())};
    inputs.fill(signature, {ids, offsets}, {1, ids.size()});
    const auto values = session.Run(Ort::RunOptions{nullptr}, inputs.names().data(), inputs.values().data(),
                                    inputs.values().size(), names.data(), names.size());
    for (std::size_t at = 0; at < values.size(); ++at) {
      if (auto outcome = widen(ranges[at], values[at], is_first); !outcome) return outcome.error();
    }
    is_first = false;
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
