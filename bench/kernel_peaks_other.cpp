#include "kernel_peaks.hpp"

namespace akidb::embedding::bench {

std::span<const Peak> peaks() { return {}; }

}  // namespace akidb::embedding::bench
