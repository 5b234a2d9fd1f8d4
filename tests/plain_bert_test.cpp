// The second opinion is itself held against the reference library's hidden states.
#include "support/plain_bert.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "hub/model_store.hpp"
#include "model/model.hpp"

namespace akidb::embedding::test {
namespace {

const std::string kGolden = std::string(AKIDB_EMBEDDING_TEST_DATA) + "/golden/";

// The golden is float32 and differs from float64 by up to 4e-6 in values up to 6.3.
constexpr double kTolerance = 1e-5;

std::vector<float> read_floats(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

std::vector<std::uint32_t> read_ids(const std::string& line) {
  const auto document = base::JsonDocument::parse(line, "tokenwise.jsonl");
  EXPECT_TRUE(document);
  std::vector<std::uint32_t> ids;
  const auto list = document->root().at("ids");
  EXPECT_TRUE(list);
  const auto outcome = list->for_each_element([&](std::size_t, const base::JsonValue& id) -> Result<void> {
    ids.push_back(static_cast<std::uint32_t>(*id.as_uint()));
    return {};
  });
  EXPECT_TRUE(outcome);
  return ids;
}

TEST(PlainBert, GivesTheReferencesHiddenStates) {
  const auto located = hub::locate(std::string(hub::kDefaultModel), "main", hub::cache_folders());
  ASSERT_TRUE(located) << to_string(located.error());
  const auto folder = model::read_model_folder(located->folder);
  ASSERT_TRUE(folder) << to_string(folder.error());
  const PlainBert bert(*folder);
  const auto golden = read_floats(kGolden + "tokenwise.f32");
  std::ifstream lines(kGolden + "tokenwise.jsonl");
  std::size_t place = 0;
  int texts = 0;
  for (std::string line; std::getline(lines, line); ++texts) {
    const auto ids = read_ids(line);
    ASSERT_LE(place + ids.size() * bert.hidden_size(), golden.size());
    double largest = 0;
    for (const double value : bert.forward(ids)) largest = std::max(largest, std::abs(value - golden[place++]));
    EXPECT_LE(largest, kTolerance) << line;
  }
  EXPECT_EQ(place, golden.size());
  EXPECT_GE(texts, 5);
}

}  // namespace
}  // namespace akidb::embedding::test
