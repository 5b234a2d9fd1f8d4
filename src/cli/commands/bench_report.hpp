// What bench has measured, for people and for programs.
#pragma once

#include <akidb/embedding/response.hpp>
#include <string>
#include <vector>

#include "base/cpu_topology.hpp"
#include "cli/commands/bench_measure.hpp"

namespace akidb::embedding::cli {

struct BenchPart {
  std::string name;  // "32 tokens"
  Throughput measured;
};

struct BenchFigures {
  ModelInfo model;
  base::CpuTopology cpu;
  double open_ms = 0;
  Latency latency;
  std::vector<BenchPart> parts;
};

std::string bench_table(const BenchFigures& figures);

// One object on a line.
std::string bench_json(const BenchFigures& figures);

}  // namespace akidb::embedding::cli
