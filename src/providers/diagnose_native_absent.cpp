#include "providers/diagnose_parts.hpp"

namespace akidb::embedding::providers {

NativeFacts native_facts() { return {{}, {}, {}, "not in this build; build with -DAKIDB_EMBEDDING_NATIVE=ON"}; }

}  // namespace akidb::embedding::providers
