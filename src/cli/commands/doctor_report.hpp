// A Diagnosis for people and for programs.
#pragma once

#include <akidb/embedding/doctor.hpp>
#include <string>

namespace akidb::embedding::cli {

std::string doctor_table(const Diagnosis& diagnosis);

// One object on a line; what is not known is null.
std::string doctor_json(const Diagnosis& diagnosis);

}  // namespace akidb::embedding::cli
