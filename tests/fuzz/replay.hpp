// A body over its corpus, and over mutants of the corpus, as a GoogleTest suite. A test program names its bodies with
// INSTANTIATE_TEST_SUITE_P(, Replay, Values(Target{...}, ...), name_of).
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::test {

struct Target {
  const char* corpus;  // its folder
  std::string (*body)(std::string_view bytes);
};

inline void PrintTo(const Target& target, std::ostream* out) { *out << target.corpus; }
inline std::string name_of(const testing::TestParamInfo<Target>& param) { return param.param.corpus; }

class Replay : public testing::TestWithParam<Target> {};

std::string content_of(const std::filesystem::path& file);

// The process has stayed within the memory that any malformed file may cost.
void expect_small();

}  // namespace akidb::embedding::test
