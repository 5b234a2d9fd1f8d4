// What must hold for any bytes that the program reads beside models: see bodies.hpp.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::test {

// An input in each of its formats: records or problems, the same ones in whatever pieces it comes; what is kept of a
// record is JSON.
std::string fuzz_records(std::string_view bytes);

// A JSON document: its members are those that simdjson reads, and what base/json reads of it is the same once written.
std::string fuzz_json(std::string_view bytes);

// A config file: values that its flags allow, or an error that says what is wrong.
std::string fuzz_config_file(std::string_view bytes);

// The journal of an unfinished run: a checkpoint within the output, or an error.
std::string fuzz_journal(std::string_view bytes);

}  // namespace akidb::embedding::test
