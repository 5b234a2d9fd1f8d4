// What quantize prints.
#pragma once

#include <akidb/embedding/quantize.hpp>
#include <string>

namespace akidb::embedding::cli {

std::string quantize_table(const QuantizeReport& report);
std::string quantize_json(const QuantizeReport& report);

}  // namespace akidb::embedding::cli
