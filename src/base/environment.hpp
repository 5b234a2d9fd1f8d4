// The process's environment, where a library that is loaded later reads it.
#pragma once

namespace akidb::embedding::base {

// Sets a variable unless it is set already. Not safe beside threads that read the environment: call it
// early.
void set_environment_default(const char* name, const char* value) noexcept;

}  // namespace akidb::embedding::base
