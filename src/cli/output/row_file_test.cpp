#include "cli/output/row_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace akidb::embedding::cli {
namespace {

const Job kJob = {{"model", "m"}, {"format", "any"}};
const Embeddings kRows(2, {0.5F, -1, 2, 3});

// From `first` to `last`, each `step`-th and the last: every run syncs its files, and a disk has its time for that.
std::vector<std::size_t> places(std::size_t first, std::size_t last, std::size_t step) {
  std::vector<std::size_t> all;
  for (std::size_t at = first; at < last; at += step) all.push_back(at);
  all.push_back(last);
  return all;
}

class RowFileTest : public testing::TestWithParam<OutputFormat> {
 protected:
  static std::unique_ptr<RowFormat> format() {
    switch (GetParam()) {
      case OutputFormat::jsonl: return make_json_rows({});
      case OutputFormat::json: return make_json_array({});
      case OutputFormat::npy: return make_npy(2);
      case OutputFormat::f32: break;
    }
    return make_f32();
  }

  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  [[nodiscard]] std::string path() const { return (folder_ / "out").string(); }

  [[nodiscard]] std::string content() const {
    std::ifstream stream(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  RowFile open(bool resume, const Job& job = kJob) {
    auto file = RowFile::open(format(), {path(), resume, true, job});
    EXPECT_TRUE(file) << file.error().message;
    return *std::move(file);
  }

  static void write_batch(RowFile& file, std::uint64_t first) {
    const Record record;
    for (std::uint64_t i = 0; i < 2; ++i) file.add({first + i, &record, &kRows, i});
    InputPosition position;
    position.records = first + 2;
    position.bytes = (first + 2) * 10;
    ASSERT_TRUE(file.commit(position, 0));
  }

  std::string whole() {
    auto file = open(false);
    write_batch(file, 0);
    write_batch(file, 2);
    EXPECT_TRUE(file.finish(true));
    return content();
  }

  // The output of a run that was killed after two batches, and its journal.
  std::pair<std::string, std::string> crashed() {
    auto file = open(false);
    write_batch(file, 0);
    write_batch(file, 2);
    std::ifstream stream(journal_path(path()), std::ios::binary);
    return {content(), {std::istreambuf_iterator<char>(stream), {}}};
  }

  std::filesystem::path folder_ = testing::TempDir() + "akidb-embed-row-file-" + std::to_string(::getpid());
};

TEST_P(RowFileTest, GoesOnAfterAnEndThatWasAnnounced) {
  const std::string expected = whole();
  {
    auto file = open(false);
    write_batch(file, 0);
    ASSERT_TRUE(file.finish(false));
  }
  auto file = open(true);
  EXPECT_EQ(file.last().rows, 2U);
  EXPECT_EQ(file.last().input.records, 2U);
  EXPECT_EQ(file.last().input.bytes, 20U);
  write_batch(file, 2);
  ASSERT_TRUE(file.finish(true));
  EXPECT_EQ(content(), expected);
  EXPECT_FALSE(std::filesystem::exists(journal_path(path())));
}

TEST_P(RowFileTest, GoesOnFromAnyLengthThatACrashLeaves) {
  const std::string expected = whole();
  const auto [at_crash, journal] = crashed();
  for (const auto length : places(0, at_crash.size(), 3)) {
    std::ofstream(path(), std::ios::binary) << at_crash.substr(0, length);
    std::ofstream(journal_path(path()), std::ios::binary) << journal;
    auto file = open(true);
    for (auto next = file.last().rows; next < 4; next += 2) write_batch(file, next);
    ASSERT_TRUE(file.finish(true));
    ASSERT_EQ(content(), expected) << length;
  }
}

// What had not reached the disk reads as zeros, in the output and in the journal.
TEST_P(RowFileTest, GoesOnFromWhatAPowerCutLeaves) {
  const std::string expected = whole();
  const auto [rows, journal] = crashed();
  const auto resumed = [&, &journal = journal](const std::string& output, const std::string& checkpoints) {
    std::ofstream(path(), std::ios::binary) << output;
    std::ofstream(journal_path(path()), std::ios::binary) << checkpoints;
    auto file = open(true);
    const auto kept = file.last().rows;
    EXPECT_EQ(kept + file.lost(), checkpoints == journal ? 4U : kept);
    for (auto next = kept; next < 4; next += 2) write_batch(file, next);
    EXPECT_TRUE(file.finish(true));
    EXPECT_EQ(content(), expected);
    return kept;
  };
  const auto head = format()->head(0).size();
  std::uint64_t kept_whole = 0;
  for (const auto at : places(0, rows.size(), 13)) {
    auto torn = rows;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(at), torn.end(), '\0');
    kept_whole += resumed(torn, journal) == 4 ? 1 : 0;
    auto hole = rows;
    if (at < rows.size()) hole[at] = static_cast<char>(hole[at] ^ 0x20);
    EXPECT_EQ(resumed(hole, journal) == 4, at < head || at == rows.size()) << at;
  }
  EXPECT_GE(kept_whole, 1U);
  for (const auto at : places(journal.find('\n') + 1, journal.size(), 29)) {
    auto torn = journal;
    std::fill(torn.begin() + static_cast<std::ptrdiff_t>(at), torn.end(), '\0');
    resumed(rows, torn);
  }
}

TEST_P(RowFileTest, BeginsAnewWhereACrashLeftNoMoreThanAnEmptyFile) {
  const std::string expected = whole();
  std::string journal;
  {
    auto file = open(false);
    std::ifstream stream(journal_path(path()), std::ios::binary);
    journal.assign(std::istreambuf_iterator<char>(stream), {});
  }
  for (const auto length : places(0, journal.size(), 7)) {
    std::filesystem::resize_file(path(), 0);
    std::filesystem::remove(journal_path(path()));
    if (length != 0) std::ofstream(journal_path(path()), std::ios::binary) << journal.substr(0, length);
    auto file = open(true);
    EXPECT_EQ(file.last().rows, 0U);
    write_batch(file, 0);
    write_batch(file, 2);
    ASSERT_TRUE(file.finish(true));
    ASSERT_EQ(content(), expected) << length;
  }
}

TEST_P(RowFileTest, RefusesAnotherJob) {
  {
    auto file = open(false);
    write_batch(file, 0);
  }
  const auto other = RowFile::open(format(), {path(), true, true, {{"model", "n"}, {"format", "any"}}});
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(other.error().message.find("model was 'm' and is 'n'"), std::string::npos);
}

TEST_P(RowFileTest, IsWholeAfterEveryCommit) {
  auto file = open(false);
  for (std::uint64_t rows = 0; rows <= 4; rows += 2) {
    if (GetParam() == OutputFormat::npy) {
      EXPECT_NE(content().find("'shape': (" + std::to_string(rows) + ", 2)"), std::string::npos);
      EXPECT_EQ(content().size(), 128 + rows * 8);
    }
    EXPECT_EQ(content().size(), file.last().output_bytes);
    if (rows < 4) write_batch(file, rows);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, RowFileTest,
                         testing::Values(OutputFormat::jsonl, OutputFormat::json, OutputFormat::npy,
                                         OutputFormat::f32));

TEST(JsonRows, HaveTheFieldsOfTheRecord) {
  const Record record{"te\"xt", "7", R"("a":[1],"b":"x")", 3};
  std::string out;
  make_json_rows({"vector", true, "body", "key", false})->append({5, &record, &kRows, 1}, 0, out);
  EXPECT_EQ(out, "{\"index\":5,\"key\":7,\"a\":[1],\"b\":\"x\",\"body\":\"te\\\"xt\",\"vector\":[2,3]}\n");
}

TEST(JsonRows, HaveARowPerTokenWhereAsked) {
  Embeddings tokens(1, {1, 2, 3});
  tokens.first_row = {0, 1, 3};
  tokens.token_ranges = {{0, 0}, {0, 2}, {3, 5}};
  const Record record;
  std::string out;
  make_json_rows({"embedding", false, "text", "", true})->append({0, &record, &tokens, 1}, 0, out);
  EXPECT_EQ(out, "{\"index\":0,\"byte_offsets\":[[0,2],[3,5]],\"embedding\":[[2],[3]]}\n");
}

}  // namespace
}  // namespace akidb::embedding::cli
