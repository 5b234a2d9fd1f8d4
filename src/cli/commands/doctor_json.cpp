#include "cli/commands/doctor_report.hpp"
#include "cli/output/json_object.hpp"

namespace akidb::embedding::cli {
namespace {

std::string processor(const ProcessorFacts& facts) {
  return JsonObject()
      .add("name", facts.name)
      .add("instruction_sets", facts.instruction_sets)
      .add("logical_cpus", facts.logical_cpus)
      .add("physical_cores", facts.physical_cores)
      .add("cgroup_quota", facts.cgroup_quota, 2)
      .add("threads", facts.threads)
      .text();
}

std::string native(const NativeFacts& facts) {
  return JsonObject()
      .add_or_null("kernels", facts.kernels)
      .add("available", facts.available)
      .add_or_null("matmul_precision", facts.matmul_precision)
      .add_or_null("problem", facts.problem)
      .text();
}

std::string onnxruntime(const RuntimeFacts& facts) {
  return JsonObject()
      .add_or_null("version", facts.version)
      .add_or_null("library", facts.library.string())
      .add_or_null("problem", facts.problem)
      .text();
}

std::string device(const DeviceFacts& facts) {
  return JsonObject()
      .add("device", facts.device)
      .add("execution_provider", facts.execution_provider)
      .add("built_in", facts.built_in)
      .add("usable", facts.usable)
      .add_or_null("execution", facts.execution)
      .add("share", facts.share, 4)
      .add_or_null("problem", facts.problem)
      .text();
}

std::string folder(const FolderFacts& facts) {
  return JsonObject()
      .add("purpose", facts.purpose)
      .add("path", facts.path.string())
      .add("exists", facts.exists)
      .add("writable", facts.writable)
      .add("bytes", facts.bytes)
      .text();
}

std::string info(const ModelInfo& facts) {
  return JsonObject()
      .add_or_null("revision", facts.revision)
      .add("dimension", facts.dimension)
      .add("max_tokens", facts.max_tokens)
      .add("provider", facts.provider)
      .add("device", facts.device)
      .add_or_null("device_reason", facts.device_reason)
      .add_or_null("execution", facts.execution)
      .add("device_share", facts.device_share, 4)
      .add("dtype", facts.dtype)
      .add_or_null("matmul_precision", facts.matmul_precision)
      .add("pooling", facts.pooling)
      .add("normalized", facts.normalized)
      .add_or_null("architecture", facts.architecture)
      .add_or_null("runtime", facts.runtime)
      .add("threads", facts.threads)
      .text();
}

std::string model(const ModelFacts& facts) {
  return JsonObject()
      .add("name", facts.name)
      .add_or_null("folder", facts.folder.string())
      .raw("info", facts.info ? info(*facts.info) : "null")
      .add("converted", facts.converted)
      .add("open_ms", facts.open_ms, 1)
      .add("vector_length", facts.vector_length, 9)
      .add_or_null("problem", facts.problem ? to_string(*facts.problem) : "")
      .text();
}

}  // namespace

std::string doctor_json(const Diagnosis& diagnosis) {
  return JsonObject()
             .add("works", diagnosis.works())
             .raw("processor", processor(diagnosis.processor))
             .raw("native", native(diagnosis.native))
             .raw("onnxruntime", onnxruntime(diagnosis.onnxruntime))
             .raw("devices", json_array(diagnosis.devices, device))
             .raw("folders", json_array(diagnosis.folders, folder))
             .raw("model", model(diagnosis.model))
             .text() +
         "\n";
}

}  // namespace akidb::embedding::cli
