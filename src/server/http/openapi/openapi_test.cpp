// openapi.json is held against the table of routes, and against itself.
#include "server/http/openapi/openapi.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>
#include <algorithm>
#include <set>
#include <string>

#include "server/http/route.hpp"

namespace akidb::embedding::server {
namespace {

using Element = simdjson::dom::element;

class OpenApi : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(parser_.parse(openapi_json()).get(root_), simdjson::SUCCESS); }

  // Calls `visit` with each operation: path, method in capitals, operation.
  template <class Visit>
  void for_each_operation(Visit visit) {
    for (const auto path : simdjson::dom::object(root_["paths"])) {
      for (const auto method : simdjson::dom::object(path.value)) {
        std::string name(method.key);
        std::transform(name.begin(), name.end(), name.begin(), [](char c) { return static_cast<char>(c - 'a' + 'A'); });
        visit(std::string(path.key), name, method.value);
      }
    }
  }

  simdjson::dom::parser parser_;
  Element root_;
};

std::string text(const Element& element) { return std::string(std::string_view(element)); }

void collect_references(const Element& element, std::set<std::string>& out) {
  if (element.is_array()) {
    for (const auto each : simdjson::dom::array(element)) collect_references(each, out);
  } else if (element.is_object()) {
    for (const auto field : simdjson::dom::object(element)) {
      if (field.key == "$ref") out.insert(text(field.value));
      collect_references(field.value, out);
    }
  }
}

TEST_F(OpenApi, HasTheRoutesAndNoOthers) {
  std::set<std::string> described;
  for_each_operation([&](const std::string& path, const std::string& method, const Element&) {
    described.insert(method + " " + path);
  });
  std::set<std::string> served;
  for (const auto& route : route_table()) served.insert(std::string(route.method) + " " + std::string(route.path));
  EXPECT_EQ(described, served);
}

TEST_F(OpenApi, SaysWhichRoutesNeedNoKeyAndWhoseTheyAre) {
  for_each_operation([&](const std::string& path, const std::string& method, const Element& operation) {
    for (const auto& route : route_table()) {
      if (route.path != path || route.method != method) continue;
      simdjson::dom::array security;
      const bool is_open = operation["security"].get(security) == simdjson::SUCCESS && security.size() == 0;
      EXPECT_EQ(is_open, route.open) << method << " " << path;
      const auto family = route.family == Family::own ? "akidb" : to_string(route.family);
      EXPECT_EQ(text(operation["tags"].at(0)), family) << method << " " << path;
    }
  });
}

TEST_F(OpenApi, HasWhatEachOperationNeeds) {
  std::set<std::string> ids;
  for_each_operation([&](const std::string& path, const std::string& method, const Element& operation) {
    EXPECT_TRUE(ids.insert(text(operation["operationId"])).second) << path;
    EXPECT_FALSE(text(operation["summary"]).empty());
    EXPECT_TRUE(operation["responses"]["default"].is_object());
    EXPECT_TRUE(method == "POST" || operation["requestBody"].error() != simdjson::SUCCESS) << path;
    const bool is_about_a_model = path.find("{model}") != std::string::npos;
    std::set<std::string> references;
    collect_references(operation, references);
    EXPECT_EQ(references.count("#/components/parameters/Model") != 0, is_about_a_model) << path;
  });
  EXPECT_EQ(ids.size(), route_table().size());
}

TEST_F(OpenApi, RefersToWhatItHasAndHasNothingElse) {
  std::set<std::string> references;
  collect_references(root_, references);
  for (const auto& reference : references) {
    EXPECT_EQ(root_.at_pointer(reference.substr(1)).error(), simdjson::SUCCESS) << reference;
  }
  for (const std::string kind : {"schemas", "responses", "parameters"}) {
    for (const auto field : simdjson::dom::object(root_["components"][kind])) {
      EXPECT_EQ(references.count("#/components/" + kind + "/" + std::string(field.key)), 1U) << field.key;
    }
  }
}

TEST_F(OpenApi, SaysItsVersion) {
  EXPECT_EQ(text(root_["openapi"]), "3.1.0");
  EXPECT_THAT(text(root_["info"]["version"]), ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

}  // namespace
}  // namespace akidb::embedding::server
