#include "backend/onnx/execution_report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::backend::onnx {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

Result<ExecutionReport> report_of(const std::string& profile) {
  const auto folder = base::TemporaryFolder::create();
  EXPECT_TRUE(folder);
  const auto file = folder->path() / "profile.json";
  std::ofstream(file) << profile;
  return read_profile(file);
}

std::string node(const std::string& name, const std::string& provider) {
  return R"({"cat": "Node", "name": ")" + name + R"(", "ts": 1, "dur": 2, "args": {"op_name": "Add", "provider": ")" +
         provider + R"("}})";
}

TEST(ExecutionReport, CountsEachNodeOnceByItsProvider) {
  const auto report = report_of(
      "[" + node("a_kernel_time", "CPUExecutionProvider") + "," + node("b_kernel_time", "CUDAExecutionProvider") + "," +
      node("c_kernel_time", "CPUExecutionProvider") + "," + node("a_kernel_time", "CPUExecutionProvider") + "]");
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_THAT(*report,
              UnorderedElementsAre(Pair("CPUExecutionProvider", Ran{2, 6}), Pair("CUDAExecutionProvider", Ran{1, 2})));
  EXPECT_EQ(
      describe(*report),
      "CPUExecutionProvider 2 of 3 nodes (75 % of the time), CUDAExecutionProvider 1 of 3 nodes (25 % of the time)");
  EXPECT_NEAR(node_share(*report, "CUDAExecutionProvider").value_or(0), 1.0 / 3, 1e-12);
  EXPECT_EQ(node_share(*report, "CoreMLExecutionProvider"), 0.0);
  EXPECT_EQ(node_share({}, "CPUExecutionProvider"), std::nullopt);
}

TEST(ExecutionReport, PassesOverAllOtherEvents) {
  const auto report = report_of(R"([
    {"cat": "Session", "name": "model_loading_kernel_time", "args": {"provider": "CPUExecutionProvider"}},
    {"cat": "Node", "name": "a_fence_before", "args": {"provider": "CPUExecutionProvider"}},
    {"cat": "Node", "name": "b_kernel_time"},
    {"cat": "Node", "name": "c_kernel_time", "args": {}},
    {"cat": "Node", "name": "d_kernel_time", "args": {"provider": ""}},
    {"cat": "Node", "name": "e_kernel_time", "args": {"provider": 7}},
    {"cat": 1, "name": "f_kernel_time"}, {"name": 2, "cat": "Node"}, {}, 7, "text", null, []])");
  ASSERT_TRUE(report) << to_string(report.error());
  EXPECT_TRUE(report->empty());
  EXPECT_EQ(describe(*report), "unknown");
}

TEST(ExecutionReport, IsAnErrorThatNamesTheFileWhereTheProfileIsMalformed) {
  for (const std::string text : {"", "[", "[{]", "{}", "7", R"([{"cat": "Node"}] x)"}) {
    const auto report = report_of(text);
    ASSERT_FALSE(report) << text;
    EXPECT_EQ(report.error().code, ErrorCode::data_corrupt);
    EXPECT_THAT(report.error().message, HasSubstr("profile.json"));
  }
  const auto absent = read_profile("/nowhere/profile.json");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace akidb::embedding::backend::onnx
