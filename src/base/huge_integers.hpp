// Integers in JSON that no 64 bits hold.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::base {

// The JSON text with a fraction behind each of them, so that a parser reads them as real numbers: Python writes 10^30
// where it means "no limit". Leaves strings alone.
std::string with_huge_integers_as_reals(std::string_view text);

}  // namespace akidb::embedding::base
