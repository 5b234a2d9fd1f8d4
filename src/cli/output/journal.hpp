// FILE.resume, beside an output that is not finished: what job writes it, and how far it got.
//
//   {"journal":"akidb-embed","version":"2","model":"...",...}                        the job
//   {"records":..,"rows":..,"skipped":..,...,"output_bytes":..,"output_digest":..}   a checkpoint, one after each batch
//
// A checkpoint is written after the rows that it counts. Whatever ends the program, some checkpoint is at or
// before the end of the output, and the rows before it are whole: a resumed job cuts the output there. A power cut may
// take rows and keep their checkpoint: the digest tells. The first line is on the disk before there are rows.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/input/position.hpp"
#include "cli/output/output_file.hpp"

namespace akidb::embedding::cli {

struct Checkpoint {
  InputPosition input;
  std::uint64_t rows = 0;
  std::uint64_t skipped = 0;
  std::uint64_t output_bytes = 0;                  // head and rows, not the tail
  std::uint64_t output_digest = kDigestOfNothing;  // of the rows
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// What must be the same in the run that goes on: names and values, in a fixed order.
using Job = std::vector<std::pair<std::string, std::string>>;

std::string journal_path(const std::string& output);

// Rows of an unfinished job that a run with --resume would keep: 0 where there is no journal that can be read.
std::uint64_t unfinished_rows(const std::string& output);

class Journal {
 public:
  // invalid_argument where a file stands in the journal's place that is none: nobody's file is overwritten.
  static Result<void> check_place(const std::string& output);

  // Whether there is a journal that got as far as to say whose it is.
  static bool names_a_job(const std::string& output);

  static Result<Journal> create(const std::string& output, const Job& job);

  struct Reopened;

  // The journal of an unfinished job, cut behind its last checkpoint whose rows are in `output` as they were written.
  // invalid_argument where there is none, or where the job was another (says what differs).
  static Result<Reopened> reopen(const std::string& output, const Job& job, std::uint64_t head_bytes);

  Result<void> add(const Checkpoint& checkpoint);

  // The job is done.
  void remove();

 private:
  Journal(std::string path, OutputFile file) : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  OutputFile file_;
};

struct Journal::Reopened {
  Journal journal;
  Checkpoint last;
  std::uint64_t lost_rows;  // that it counts behind that checkpoint
};

}  // namespace akidb::embedding::cli
