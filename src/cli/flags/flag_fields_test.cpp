#include "cli/flags/flag_fields.hpp"

#include <gtest/gtest.h>

#include <string>

namespace akidb::embedding::cli {
namespace {

TEST(FlagFields, AreNamedAsTheCommandLineNamesThem) {
  struct Case {
    Command command;
    ErrorCode code;
    const char* message;
    const char* expected;
  };
  using enum ErrorCode;
  const Case cases[] = {
      {Command::embed, invalid_argument, "max_length: expected at most 512", "--max-length: expected at most 512"},
      {Command::embed, invalid_argument, "dimensions: expected 1 to 384", "--dimensions: expected 1 to 384"},
      {Command::embed, unsupported, "provider: this build has none", "--provider: this build has none"},
      {Command::embed, invalid_argument, "output: no token rows", "--output-kind: no token rows"},
      {Command::convert, invalid_argument, "output: expected .onnx", "--output: expected .onnx"},
      // No flag of the command, no field, or not the user's doing.
      {Command::embed, invalid_argument, "pooling: expected none", "pooling: expected none"},
      {Command::doctor, invalid_argument, "dimensions: expected 1 to 384", "dimensions: expected 1 to 384"},
      {Command::embed, invalid_argument, "inputs: expected at least one", "inputs: expected at least one"},
      {Command::embed, invalid_argument, "texts.txt:3: not UTF-8", "texts.txt:3: not UTF-8"},
      {Command::embed, invalid_argument, "no colon", "no colon"},
      {Command::embed, invalid_argument, "--max-length: is so already", "--max-length: is so already"},
      {Command::embed, data_corrupt, "max_length: in a file", "max_length: in a file"},
  };
  for (const auto& [command, code, message, expected] : cases) {
    const auto error = in_flag_names({code, message, "detail", {}}, command);
    EXPECT_EQ(error.message, expected);
    EXPECT_EQ(error.code, code);
    EXPECT_EQ(error.detail, "detail");
  }
}

}  // namespace
}  // namespace akidb::embedding::cli
