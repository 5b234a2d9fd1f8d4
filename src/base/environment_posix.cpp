#include <cstdlib>

#include "base/environment.hpp"

namespace akidb::embedding::base {

void set_environment_default(const char* name, const char* value) noexcept { ::setenv(name, value, 0); }

}  // namespace akidb::embedding::base
