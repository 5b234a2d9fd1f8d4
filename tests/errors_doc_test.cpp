// docs/errors.md says what error_code_table() says, and has a section on each code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/error.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace akidb::embedding {
namespace {

std::string page() {
  std::ifstream in(std::filesystem::path(AKIDB_EMBEDDING_TEST_DATA) / "../../docs/errors.md");
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string row_of(const ErrorCodeInfo& info) {
  return "| " + std::string(info.name) + " | " + std::string(info.akidb_name) + " | " +
         std::to_string(info.http_status) + " | " + std::string(info.grpc_status) + " (" +
         std::to_string(info.grpc_code) + ") | " + std::to_string(info.exit_code) + " |\n";
}

TEST(ErrorsPage, HasTheTable) {
  std::string table = "| --- | --- | ---: | --- | ---: |\n";
  for (const auto& info : error_code_table()) table += row_of(info);
  EXPECT_EQ(error_code_table().size(), 10U);
  EXPECT_THAT(page(), ::testing::HasSubstr(table + "\n"));
}

TEST(ErrorsPage, HasASectionOnEachCode) {
  for (const auto& info : error_code_table()) {
    EXPECT_THAT(page(), ::testing::HasSubstr("\n## " + std::string(info.name) + "\n"));
  }
}

}  // namespace
}  // namespace akidb::embedding
