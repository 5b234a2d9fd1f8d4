// What was made of a model says what it was made of, so that it can go with it.
//
//   <folder>/.source    in a folder: the path of what it was made of
//   <file>.source       beside a file: the same
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace akidb::embedding::base {

// The note of `derived`, whether it has one or not.
std::filesystem::path derivation_note(const std::filesystem::path& derived);

// Writes the note of `derived`, which is there. Best effort: without a note it stays when the model goes.
void note_derivation(const std::filesystem::path& derived, const std::filesystem::path& source);

// What lies in one of `places` and was made of something at or below `source`, or of what was, by their notes. Call it
// while `source` is there.
std::vector<std::filesystem::path> derived_from(const std::filesystem::path& source,
                                                std::span<const std::filesystem::path> places);

}  // namespace akidb::embedding::base
