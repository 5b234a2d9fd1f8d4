// A session: one graph, loaded for one device and a number of threads.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backend/onnx/device_options.hpp"
#include "backend/onnx/onnx_backend.hpp"
#include "backend/onnx/ort.hpp"
#include "base/mmap_file.hpp"

namespace akidb::embedding::backend::onnx {

// Weights that several sessions use without a copy each. Must outlive them.
class SharedWeights {
 public:
  static Result<std::unique_ptr<SharedWeights>> open(const ExternalWeights& weights);

  // Makes the session that `options` are for use these weights.
  void attach(Ort::SessionOptions& options);

  // Where sessions keep the packed forms of shared weights.
  OrtPrepackedWeightsContainer* packed() { return packed_.get(); }

 private:
  struct Release {
    void operator()(OrtPrepackedWeightsContainer* container) const {
      Ort::GetApi().ReleasePrepackedWeightsContainer(container);
    }
  };
  explicit SharedWeights(base::MmapFile file);

  base::MmapFile file_;
  std::vector<std::string> names_;
  std::vector<Ort::Value> values_;
  std::unique_ptr<OrtPrepackedWeightsContainer, Release> packed_;
};

struct SessionPlan {
  std::filesystem::path graph;
  Device device = Device::cpu;
  DeviceSettings settings;
  std::uint32_t threads = 1;
  SharedWeights* weights = nullptr;                         // none: the graph's own
  std::vector<std::pair<std::string, std::int64_t>> sizes;  // of the graph's named dimensions, fixed by this session
  std::filesystem::path profile_prefix;  // not empty: the session profiles its first runs into a file
};

// load_runtime() must have succeeded. data_corrupt where the graph is malformed, unsupported where its operator set
// or an operator is not known, unavailable where the device cannot be used; the detail has ONNX Runtime's words.
Result<Ort::Session> make_session(const SessionPlan& plan);

}  // namespace akidb::embedding::backend::onnx
