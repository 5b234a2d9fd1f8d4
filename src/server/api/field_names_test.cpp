#include "server/api/field_names.hpp"

#include <gtest/gtest.h>
#include <string>

namespace akidb::embedding::server {
namespace {

std::string renamed(const FieldNames& names, std::string message) {
  Error error{ErrorCode::invalid_argument, std::move(message), {}, {}};
  use_names(names, error);
  return error.message;
}

TEST(FieldNames, AreThoseOfTheWireFormat) {
  EXPECT_EQ(renamed({.inputs = "texts"}, "inputs: expected at least one"), "texts: expected at least one");
  EXPECT_EQ(renamed({.inputs = "input"}, "inputs[12]: too long"), "input[12]: too long");
  EXPECT_EQ(renamed({.inputs = "prompt", .is_one_text = true}, "inputs[0]: too long"), "prompt: too long");
  const FieldNames pair{.inputs = "sentences", .first_input = "source"};
  EXPECT_EQ(renamed(pair, "inputs[0]: too long"), "source: too long");
  EXPECT_EQ(renamed(pair, "inputs[3]: too long"), "sentences[2]: too long");
  EXPECT_EQ(renamed({.dimensions = "output_dimension"}, "dimensions: expected 1"), "output_dimension: expected 1");
}

TEST(FieldNames, LeaveOtherWordsAlone) {
  const FieldNames names{.inputs = "texts", .dimensions = "output_dimension"};
  for (const char* message :
       {"inputs are many", "inputs[x]: y", "inputs[1", "inputs", "dimensionsx: y", "model: inputs: x"}) {
    EXPECT_EQ(renamed(names, message), message);
  }
}

}  // namespace
}  // namespace akidb::embedding::server
