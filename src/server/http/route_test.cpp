#include "server/http/route.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

namespace akidb::embedding::server {
namespace {

TEST(RouteTable, IsWhatTheDocumentationSays) {
  std::ifstream in(std::string(AKIDB_EMBEDDING_TEST_DATA) + "/../../docs/api.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  std::size_t rows = 0;
  for (const auto& route : route_table()) {
    const std::string row = "\n| " + std::string(route.method) + " | `" + std::string(route.path) + "` | " +
                            std::string(to_string(route.family)) + " | " + (route.open ? "open" : "key") + " | ";
    EXPECT_THAT(page, testing::HasSubstr(row));
    ++rows;
  }
  std::size_t documented = 0;
  for (const std::string_view begin : {"\n| GET | `/", "\n| POST | `/"}) {
    for (auto at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) ++documented;
  }
  EXPECT_EQ(documented, rows);
}

TEST(RouteTable, CapturesNamesWithSlashes) {
  const auto route = std::find_if(route_table().begin(), route_table().end(),
                                  [](const Route& each) { return each.path == "/v2/models/{model}/infer"; });
  ASSERT_NE(route, route_table().end());
  std::string captured;
  EXPECT_TRUE(matches(*route, "/v2/models/a/b/infer", captured));
  EXPECT_EQ(captured, "a/b");
  for (const auto other : {"/v2/models//infer", "/v2/models/a", "/v2/models/a/infer/", "/v2/models/infer"}) {
    EXPECT_FALSE(matches(*route, other, captured)) << other;
  }
}

}  // namespace
}  // namespace akidb::embedding::server
