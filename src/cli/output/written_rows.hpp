// The rows of an output that is not finished, held against what its journal says of them.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include "cli/output/journal.hpp"

namespace akidb::embedding::cli {

// Reads the file once, from its beginning. A power cut can leave a file that is long enough, with zeros in it for what
// had not reached the disk.
class WrittenRows {
 public:
  // The rows begin behind `head_bytes`, which may have been written over.
  WrittenRows(const std::string& output, std::uint64_t head_bytes);

  // Whether the rows that the checkpoint counts are there, byte for byte. To be asked of one checkpoint after the
  // other; after the first false nothing holds.
  bool hold(const Checkpoint& checkpoint);

 private:
  std::ifstream stream_;
  std::uint64_t at_;
  std::uint64_t digest_ = kDigestOfNothing;
};

}  // namespace akidb::embedding::cli
