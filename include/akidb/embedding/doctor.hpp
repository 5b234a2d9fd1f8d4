// diagnose(): what this machine and this build can run on, and why not.
#pragma once

#include <akidb/embedding/open.hpp>
#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace akidb::embedding {

struct ProcessorFacts {
  std::string name;                           // as it calls itself
  std::vector<std::string> instruction_sets;  // those that matter for kernels: "avx2", "avx512f"
  std::uint32_t logical_cpus = 0;             // that this process may use (affinity mask)
  std::uint32_t physical_cores = 0;           // of those
  std::optional<double> cgroup_quota;         // CPUs; nothing where there is no limit
  std::uint32_t threads = 0;                  // that forward passes run on by default
};

struct RuntimeFacts {
  std::string version;            // "1.32.0"; empty where it cannot be loaded
  std::filesystem::path library;  // that was loaded
  std::string problem;            // why it cannot be loaded; empty where it can
};

// The native encoder's kernels.
struct NativeFacts {
  std::string kernels;                 // in use: "avx512_vnni"; empty where there are none
  std::vector<std::string> available;  // on this CPU, best first
  std::string matmul_precision;        // that fp32 takes unless told: "highest" or "high"; empty without kernels
  std::string problem;                 // why there are none
};

struct DeviceFacts {
  std::string device;              // "cuda"
  std::string execution_provider;  // "CUDAExecutionProvider"
  bool built_in = false;           // the loaded ONNX Runtime has it
  bool usable = false;             // and the model was opened on it, with the CPU's vectors
  std::string execution;           // which nodes of the model ran where; empty where it is not usable
  std::optional<double> share;     // of them, those that ran on the device, 0 to 1
  std::string problem;             // why not, and what to install; empty where usable
};

struct FolderFacts {
  std::string purpose;  // "models", "derived", "hub cache"
  std::filesystem::path path;
  bool exists = false;
  bool writable = false;    // or can be made
  std::uint64_t bytes = 0;  // of its files
};

struct ModelFacts {
  std::string name;
  std::filesystem::path folder;         // empty where it is not found
  std::optional<ModelInfo> info;        // nothing where it cannot be opened
  bool converted = false;               // to ONNX by this call: its graph was not in the cache before
  std::optional<double> open_ms;        // from its name to a provider that is warm
  std::optional<double> vector_length;  // of "hello world"; 1 where the model normalises
  std::optional<Error> problem;         // nothing where it works
};

struct Diagnosis {
  ProcessorFacts processor;
  NativeFacts native;
  RuntimeFacts onnxruntime;
  std::vector<DeviceFacts> devices;
  std::vector<FolderFacts> folders;
  ModelFacts model;

  // The model that the options name works as they ask.
  [[nodiscard]] bool works() const noexcept { return !model.problem.has_value(); }
};

// Looks at everything even where parts fail, and opens the model and runs it. What fails is in the Diagnosis.
// Takes as long as open() and a request, once for each device that is built in.
Diagnosis diagnose(const ProviderOptions& options);

}  // namespace akidb::embedding
