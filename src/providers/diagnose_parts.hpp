// Parts of diagnose(), a file each.
#pragma once

#include <akidb/embedding/doctor.hpp>
#include <vector>

namespace akidb::embedding::providers {

// Our models, what is derived from them, and the hub's cache. Symbolic links are not followed.
std::vector<FolderFacts> folder_facts(const ProviderOptions& options);

// The kernel sets that this build has for this CPU; a build without them says so.
NativeFacts native_facts();

// ONNX Runtime as the options find it; a build without it says so.
RuntimeFacts runtime_facts(const ProviderOptions& options);

// Every device that this library knows, tried with the model where it is built in.
std::vector<DeviceFacts> device_facts(const ProviderOptions& options);

}  // namespace akidb::embedding::providers
