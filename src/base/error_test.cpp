// The table of errors, row by row as the design has it.
#include <gtest/gtest.h>
#include <akidb/embedding/error.hpp>
#include <akidb/embedding/result.hpp>
#include <memory>

namespace akidb::embedding {
namespace {

struct Row {
  ErrorCode code;
  std::string_view name;
  std::string_view akidb_name;
  int http;
  std::string_view grpc;
  int grpc_code;
  int exit;
};

constexpr Row kRows[] = {
    {ErrorCode::invalid_argument, "invalid_argument", "InvalidInput", 400, "INVALID_ARGUMENT", 3, 2},
    {ErrorCode::not_found, "not_found", "InitializationFailed", 404, "NOT_FOUND", 5, 3},
    {ErrorCode::unsupported, "unsupported", "InitializationFailed", 501, "UNIMPLEMENTED", 12, 4},
    {ErrorCode::unauthenticated, "unauthenticated", "-", 401, "UNAUTHENTICATED", 16, 5},
    {ErrorCode::resource_exhausted, "resource_exhausted", "ServiceUnavailable", 429, "RESOURCE_EXHAUSTED", 8, 6},
    {ErrorCode::unavailable, "unavailable", "ServiceUnavailable", 503, "UNAVAILABLE", 14, 6},
    {ErrorCode::deadline_exceeded, "deadline_exceeded", "ServiceUnavailable", 504, "DEADLINE_EXCEEDED", 4, 6},
    {ErrorCode::data_corrupt, "data_corrupt", "InitializationFailed", 500, "DATA_LOSS", 15, 7},
    {ErrorCode::cancelled, "cancelled", "-", 499, "CANCELLED", 1, 130},
    {ErrorCode::internal, "internal", "Internal", 500, "INTERNAL", 13, 70},
};

TEST(ErrorTable, HasTheRowsOfTheDesignInTheOrderOfTheEnumeration) {
  const auto table = error_code_table();
  ASSERT_EQ(table.size(), std::size(kRows));
  for (std::size_t at = 0; at < table.size(); ++at) {
    const auto& row = kRows[at];
    EXPECT_EQ(static_cast<std::size_t>(row.code), at);
    EXPECT_EQ(table[at].code, row.code);
    EXPECT_EQ(table[at].name, row.name);
    EXPECT_EQ(table[at].akidb_name, row.akidb_name) << row.name;
    EXPECT_EQ(table[at].http_status, row.http) << row.name;
    EXPECT_EQ(table[at].grpc_status, row.grpc) << row.name;
    EXPECT_EQ(table[at].grpc_code, row.grpc_code) << row.name;
    EXPECT_EQ(table[at].exit_code, row.exit) << row.name;
    EXPECT_EQ(&error_code_info(row.code), &table[at]);
  }
}

TEST(Error, ReadsAsCodeMessageAndDetail) {
  EXPECT_EQ(to_string(Error{ErrorCode::not_found, "there is no file x", {}, {}}), "not_found: there is no file x");
  EXPECT_EQ(to_string(Error{ErrorCode::not_found, "there is no file x", "/a/x", 3}),
            "not_found: there is no file x (/a/x)");
}

TEST(Result, HoldsAValueOrAnError) {
  Result<int> good = 7;
  ASSERT_TRUE(good);
  EXPECT_EQ(*good, 7);
  const Result<int> bad = Error{ErrorCode::cancelled, "no", {}, {}};
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, ErrorCode::cancelled);
  EXPECT_EQ(Result<int>(bad).value_or(3), 3);
  EXPECT_EQ(Result<int>(good).value_or(3), 7);
  EXPECT_TRUE(Result<void>());
  EXPECT_FALSE(Result<void>(Error{}));
}

TEST(Result, ChainsAndMovesItsValue) {
  const auto half = [](std::unique_ptr<int> value) -> Result<int> {
    if (*value % 2 != 0) return Error{ErrorCode::invalid_argument, "odd", {}, {}};
    return *value / 2;
  };
  EXPECT_EQ(*Result(std::make_unique<int>(8)).and_then(half), 4);
  EXPECT_EQ(Result(std::make_unique<int>(9)).and_then(half).error().message, "odd");
  const Result<int> refused = Result<std::unique_ptr<int>>(Error{ErrorCode::internal, "x", {}, {}}).and_then(half);
  EXPECT_EQ(refused.error().message, "x");
}

}  // namespace
}  // namespace akidb::embedding
