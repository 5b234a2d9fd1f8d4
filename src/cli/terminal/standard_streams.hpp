// Descriptors 0 to 2, which a parent may have closed.
#pragma once

namespace akidb::embedding::cli {

// First thing of all, before main() where the platform lets it: a file opened later would take a closed
// descriptor's number, and be read as standard input or written over as standard output. In place of a closed one
// stands: for input, what cannot be read, and for output, what cannot be written, so that lost texts and a lost result
// are errors; for errors, what takes and drops all.
void hold_standard_streams() noexcept;

}  // namespace akidb::embedding::cli
