// From a reader of records to rows, in their order, with several requests under way at once.
#pragma once

#include <akidb/embedding/provider.hpp>
#include <cstdint>
#include <string>

#include "cli/input/record.hpp"

namespace akidb::embedding::cli {

struct StreamOptions {
  BatchEmbeddingRequest request;  // all but its inputs
  std::size_t batch_size = 256;   // texts of a request
  std::size_t in_flight = 6144;   // texts under way: the more, the better the provider can group equal lengths
  bool skip_bad = false;          // report and leave out bad records, in place of ending
};

struct StreamCounts {
  std::uint64_t rows = 0;
  std::uint64_t tokens = 0;
  std::uint64_t truncated = 0;
  std::uint64_t skipped = 0;
  InputPosition position;  // up to which all is in those counts
};

// Called on the thread that runs the stream, in the order of the records.
class RowTaker {
 public:
  virtual ~RowTaker() = default;
  virtual void take(std::uint64_t index, const Record& record, const Embeddings& embeddings, std::size_t input) = 0;

  // All rows up to counts.position have been taken.
  virtual Result<void> batch_done(const StreamCounts& counts) = 0;
};

class StreamWatcher {
 public:
  virtual ~StreamWatcher() = default;
  virtual void skipped(const std::string& where_and_why) = 0;  // "texts.jsonl:17: not JSON: ..."
  virtual void tick(const StreamCounts& counts) = 0;           // several times a second while there is work
};

// Memory is bounded: two batches, or else about in_flight texts and 12 MiB of them, are under way. Where the
// input comes slowly, what is there is embedded without waiting for a full batch.
//
// On an error all batches before the one that failed have been taken. `cancelled` where a stop signal came:
// batches under way are dropped. A bad record (of the input, or too long under Truncation::error) is
// invalid_argument with its place, or skipped.
Result<StreamCounts> run_stream(EmbeddingProvider& provider, RecordReader& reader, const StreamOptions& options,
                                RowTaker& taker, StreamWatcher& watcher);

}  // namespace akidb::embedding::cli
