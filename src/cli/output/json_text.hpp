// Writing JSON text.
#pragma once

#include <string>

#include "base/json_text.hpp"

namespace akidb::embedding::cli {

using base::append_float;
using base::append_floats;
using base::append_json_string;
using base::json_string;

// `value` with `digits` digits after the point, whatever the locale.
std::string fixed(double value, int digits);

}  // namespace akidb::embedding::cli
