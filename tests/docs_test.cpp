// Pages of docs/ that can be held against the code.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <akidb/embedding/error.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>

#include "model/architecture.hpp"

namespace akidb::embedding {
namespace {

const std::filesystem::path kRoot = std::filesystem::path(AKIDB_EMBEDDING_TEST_DATA) / "../..";

std::string page(const std::string& name) {
  std::ifstream in(kRoot / "docs" / name);
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
  EXPECT_THAT(page("errors.md"), ::testing::HasSubstr(table + "\n"));
}

TEST(ErrorsPage, HasASectionOnEachCode) {
  for (const auto& info : error_code_table()) {
    EXPECT_THAT(page("errors.md"), ::testing::HasSubstr("\n## " + std::string(info.name) + "\n"));
  }
}

TEST(ScriptsPage, NamesEveryScript) {
  const auto text = page("../scripts/README.md");
  std::size_t scripts = 0;
  for (const auto& file : std::filesystem::directory_iterator(kRoot / "scripts")) {
    if (file.path().extension() != ".py" && file.path().extension() != ".sh") continue;
    EXPECT_THAT(text, ::testing::HasSubstr("\n| `" + file.path().filename().string() + "` | "));
    ++scripts;
  }
  EXPECT_GE(scripts, 20U);
}

// What a model takes follows from its architecture and its tokenizer: the one has a row in the code's table, of the
// others only WordPiece is read.
TEST(ModelsPage, SaysOfPopularModelsWhatTheCodeTakes) {
  const auto text = page("models.md");
  const std::regex row("\n\\| `[^`/]+/[^`]+`[^|]* \\| ([a-z0-9_-]+) \\| ([A-Za-z]+) \\| ([a-z ]+) \\|");
  std::size_t rows = 0;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), row); match != std::sregex_iterator(); ++match) {
    const bool is_known = model::find_architecture((*match)[1].str()) != nullptr;
    const std::string takes = !is_known ? "nothing" : (*match)[2] == "WordPiece" ? "text" : "token ids only";
    EXPECT_EQ((*match)[3], takes) << (*match)[0];
    ++rows;
  }
  EXPECT_GE(rows, 10U);
}

TEST(ContributingPage, HasEveryOption) {
  const auto text = page("../CONTRIBUTING.md");
  const auto options = page("../cmake/options.cmake");
  const std::regex option("(AKIDB_EMBEDDING_[A-Z_]+) (\"[^\"]*\" \\S|\"\" CACHE)");
  std::size_t named = 0;
  for (auto match = std::sregex_iterator(options.begin(), options.end(), option); match != std::sregex_iterator();
       ++match) {
    EXPECT_THAT(text, ::testing::HasSubstr("\n| `" + (*match)[1].str() + "` | "));
    ++named;
  }
  EXPECT_GE(named, 13U);
}

// Files of src/ are named with their folder: `pipeline/job.cpp`.
TEST(ArchitecturePage, NamesFilesThatAreThere) {
  const auto text = page("architecture.md");
  const std::regex file("`([a-z_]+/[a-z_/]+\\.[ch]pp)`");
  std::size_t named = 0;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), file); match != std::sregex_iterator(); ++match) {
    const auto name = (*match)[1].str();
    EXPECT_TRUE(std::filesystem::exists(kRoot / "src" / name) || std::filesystem::exists(kRoot / name)) << name;
    ++named;
  }
  EXPECT_GE(named, 20U);
}

}  // namespace
}  // namespace akidb::embedding
