#include <algorithm>

#include "cli/commands/doctor_report.hpp"
#include "cli/output/json_text.hpp"
#include "cli/terminal/error_text.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kColumn = 16;

void line(const std::string& name, const std::string& value, std::string& out) {
  std::string heading = "  " + name;
  heading.resize(std::max(kColumn, heading.size() + 1), ' ');
  out += heading + value + "\n";
}

std::string counted(std::uint64_t number, const std::string& noun) {
  return grouped(number) + " " + noun + (number == 1 ? "" : "s");
}

void processor(const ProcessorFacts& facts, std::string& out) {
  out += "Processor\n";
  line("name", facts.name, out);
  std::string sets;
  for (const auto& set : facts.instruction_sets) sets += (sets.empty() ? "" : " ") + set;
  line("instructions", sets.empty() ? "none of those that matter" : sets, out);
  line("may use", counted(facts.logical_cpus, "CPU") + ", " + counted(facts.physical_cores, "physical core"), out);
  line("cgroup", facts.cgroup_quota ? "a quota of " + fixed(*facts.cgroup_quota, 2) + " CPUs" : "no quota", out);
  line("threads", std::to_string(facts.threads) + " by default", out);
}

void native(const NativeFacts& facts, std::string& out) {
  out += "\nNative encoder\n";
  if (!facts.problem.empty()) return line("problem", facts.problem, out);
  std::string sets;
  for (const auto& set : facts.available) sets += (sets.empty() ? "" : " ") + set;
  line("kernels", facts.kernels + " (here: " + sets + ")", out);
  line("fp32", "--matmul-precision " + facts.matmul_precision + " unless told", out);
}

// What to install for a device is said once: where the model's own problem says it, not here.
std::string why(const DeviceFacts& device, const Diagnosis& diagnosis) {
  const auto advice = device.problem.find("; ");
  if (advice == std::string::npos || !diagnosis.model.problem) return device.problem;
  const bool said = diagnosis.model.problem->message.find(device.problem.substr(advice + 2)) != std::string::npos;
  return said ? device.problem.substr(0, advice) + "; see the model's problem" : device.problem;
}

std::string ran(const DeviceFacts& device) {
  return device.execution.empty() ? device.execution_provider : device.execution;
}

void onnxruntime(const Diagnosis& diagnosis, std::string& out) {
  out += "\nONNX Runtime\n";
  const auto& runtime = diagnosis.onnxruntime;
  if (runtime.problem.empty()) {
    line("version", runtime.version, out);
    line("library", runtime.library.string(), out);
  } else {
    line("problem", runtime.problem, out);
  }
  if (diagnosis.devices.empty()) return;
  out += "\nDevices\n";
  for (const auto& device : diagnosis.devices) {
    line(device.device, device.usable ? "usable (" + ran(device) + ")" : "no: " + why(device, diagnosis), out);
  }
}

void folders(const std::vector<FolderFacts>& all, std::string& out) {
  out += "\nFolders\n";
  for (const auto& folder : all) {
    const std::string state = folder.exists ? size_text(folder.bytes) : "not there yet";
    line(folder.purpose, folder.path.string() + " (" + state + (folder.writable ? "" : ", read-only") + ")", out);
  }
}

void model(const ModelFacts& facts, std::string& out) {
  out += "\nModel\n";
  line("name", facts.name, out);
  if (!facts.folder.empty()) line("folder", facts.folder.string(), out);
  if (facts.info) {
    const ModelInfo& info = *facts.info;
    if (!info.revision.empty()) line("revision", info.revision, out);
    line("vectors",
         counted(info.dimension, "value") + ", " + info.dtype + ", at most " + grouped(info.max_tokens) + " tokens",
         out);
    line("pooling", info.pooling + (info.normalized ? ", then unit length" : ""), out);
    line("runs on", info.device + ", " + counted(info.threads, "thread") + ", by " + info.provider, out);
    if (!info.device_reason.empty()) line("why there", info.device_reason, out);
    if (!info.execution.empty()) line("really ran", info.execution, out);
  }
  if (facts.open_ms) {
    line("opened in",
         fixed(*facts.open_ms, 0) + " ms" + (facts.converted ? ", with the conversion to ONNX in this run" : ""), out);
  }
  if (facts.vector_length) line("length", fixed(*facts.vector_length, 6) + " of the vector of \"hello world\"", out);
  if (facts.problem) line("problem", error_text(*facts.problem), out);
}

}  // namespace

std::string doctor_table(const Diagnosis& diagnosis) {
  std::string out;
  processor(diagnosis.processor, out);
  native(diagnosis.native, out);
  onnxruntime(diagnosis, out);
  folders(diagnosis.folders, out);
  model(diagnosis.model, out);
  return out + (diagnosis.works() ? "\nAll is well: the model works.\n" : "\nThe model does not work here.\n");
}

}  // namespace akidb::embedding::cli
