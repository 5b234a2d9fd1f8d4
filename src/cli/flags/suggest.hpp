// "did you mean": the nearest of the names that exist.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::cli {

// The name with the fewest edits (insert, delete, replace, swap of neighbours) from `typed`; empty where
// even that is more than a third of its length away.
std::string_view nearest(std::string_view typed, std::span<const std::string_view> names);

// "a", "a or b", "a, b or c".
std::string list_of(std::span<const std::string_view> words);

}  // namespace akidb::embedding::cli
