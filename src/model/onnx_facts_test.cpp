#include "model/onnx_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/test_wire.hpp"

namespace akidb::embedding::model {
namespace {

using test::field;
using test::number_field;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<OnnxFacts> facts_of(const std::string& bytes) {
  return read_onnx_facts(std::as_bytes(std::span(bytes)), "model.onnx");
}

// A tensor of float32, 2 x 3, in another file.
std::string tensor(const std::string& location) {
  return number_field(1, 2) + number_field(1, 3) + number_field(2, 1) + field(8, "w") +
         field(13, field(1, "location") + field(2, location)) + field(13, field(1, "offset") + field(2, "64")) +
         number_field(14, 1);
}

TEST(OnnxFacts, FindExternalTensorsWhereverTheyStand) {
  const auto in_attribute = field(5, field(5, tensor("attribute")));
  const auto in_subgraph = field(5, field(6, field(5, tensor("subgraph"))));
  const auto in_sparse = field(15, field(1, tensor("values")) + field(2, tensor("indices")));
  const auto graph =
      field(1, field(4, "If") + in_attribute + in_subgraph) + field(5, tensor("initializer")) + in_sparse;
  const auto function = field(25, field(7, field(4, "Add") + field(5, field(10, tensor("function")))));
  const auto training = field(20, field(1, field(5, tensor("training"))));
  const auto facts = facts_of(field(8, number_field(2, 17)) + field(7, graph) + function + training);
  ASSERT_TRUE(facts) << to_string(facts.error());
  std::vector<std::string> locations;
  for (const auto& external : facts->external) {
    locations.push_back(external.location);
    EXPECT_EQ(external.name, "w");
    EXPECT_EQ(external.offset, "64");
    EXPECT_EQ(external.bytes, 24U);
  }
  EXPECT_THAT(locations,
              ElementsAre("attribute", "subgraph", "initializer", "values", "indices", "function", "training"));
  EXPECT_EQ(facts->opset, 17);
  EXPECT_THAT(facts->operators, ElementsAre("Add", "If"));
}

TEST(OnnxFacts, ReadPackedExtents) {
  const auto packed =
      field(1, std::string("\x02\x03", 2)) + number_field(2, 10) + field(13, field(1, "location") + field(2, "x"));
  const auto facts = facts_of(field(7, field(5, packed)));
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->external.at(0).bytes, 12U);
}

TEST(OnnxFacts, GiveNoSizeWhereThereIsNone) {
  for (const auto& extents : {number_field(1, UINT64_MAX), number_field(1, 1LL << 62) + number_field(1, 8)}) {
    const auto facts = facts_of(field(7, field(5, extents + number_field(2, 1) + field(13, field(1, "location")))));
    ASSERT_TRUE(facts);
    EXPECT_EQ(facts->external.at(0).bytes, std::nullopt);
  }
}

TEST(OnnxFacts, RefuseWhatIsNoGraph) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep = field(1, field(5, field(6, deep)));
  const std::string whole = field(7, field(5, tensor("x")));
  for (const std::string& bytes :
       {std::string(), std::string("text"), std::string(1000, '\xFF'), std::string(100, '\0'), field(7, deep),
        whole.substr(0, whole.size() - 1), field(2, "producer"), whole + "\x0B"}) {
    const auto facts = facts_of(bytes);
    ASSERT_FALSE(facts) << bytes.size();
    EXPECT_EQ(facts.error().code, ErrorCode::data_corrupt);
    EXPECT_THAT(facts.error().message, HasSubstr("model.onnx: expected an ONNX graph"));
  }
}

TEST(OnnxFacts, TellTheTypeOfTheComputation) {
  const auto initializer = [](std::uint64_t type) { return field(5, number_field(1, 100) + number_field(2, type)); };
  const auto node = [](const char* op) { return field(1, field(4, op)); };
  const std::pair<std::string, GraphDtype> cases[] = {
      {initializer(1) + node("MatMul"), GraphDtype::fp32},
      {initializer(10) + node("MatMul"), GraphDtype::fp16},
      {initializer(16), GraphDtype::bf16},
      {initializer(3) + node("DynamicQuantizeLinear") + node("MatMulInteger"), GraphDtype::int8_dynamic},
      {initializer(3) + node("QLinearMatMul"), GraphDtype::int8},
      {initializer(2) + initializer(1) + node("DequantizeLinear"), GraphDtype::int8},
      {initializer(1) + node("DequantizeLinear"), GraphDtype::fp32},
  };
  for (const auto& [graph, dtype] : cases) {
    const auto facts = facts_of(field(7, graph));
    ASSERT_TRUE(facts);
    EXPECT_EQ(dtype_of(*facts), dtype) << name_of(dtype);
  }
}

}  // namespace
}  // namespace akidb::embedding::model
