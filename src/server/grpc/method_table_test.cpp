#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "server/grpc/method.hpp"

namespace akidb::embedding::server {
namespace {

TEST(MethodTable, IsWhatTheDocumentationSays) {
  std::ifstream in(std::string(AKIDB_EMBEDDING_TEST_DATA) + "/../../docs/api.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  for (const auto& method : method_table()) {
    EXPECT_THAT(page, testing::HasSubstr("\n| gRPC | `" + std::string(method.path) + "` | " +
                                         std::string(to_string(method.family)) + " | " +
                                         (method.open ? "open" : "key") + " | "));
  }
  std::size_t documented = 0;
  const std::string begin = "\n| gRPC | `/";
  for (auto at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) ++documented;
  EXPECT_EQ(documented, method_table().size());
}

TEST(MethodTable, HasEachPathOnceAndAHandlerForIt) {
  std::set<std::string_view> paths;
  for (const auto& method : method_table()) {
    EXPECT_TRUE(paths.insert(method.path).second) << method.path;
    EXPECT_EQ(method.handle == nullptr, method.shape == Shape::watch) << method.path;
    EXPECT_GE(method.window, 1U);
    EXPECT_EQ("/" + std::string(service_of(method.path)) + "/", method.path.substr(0, method.path.rfind('/') + 1));
  }
}

}  // namespace
}  // namespace akidb::embedding::server
