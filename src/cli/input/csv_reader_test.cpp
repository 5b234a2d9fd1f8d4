#include "cli/input/csv_reader.hpp"

#include <gtest/gtest.h>

#include "cli/input/memory_source.hpp"

namespace akidb::embedding::cli {
namespace {

std::string repeated(const std::string& line, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += line;
  return out;
}

struct BadRows {
  std::string text;
  std::size_t max_bytes;
};

TEST(CsvReader, LooksAtNoByteMoreThanTwiceWhateverIsBad) {
  constexpr std::size_t kLines = 3000;
  const std::size_t no_limit = std::size_t{1} << 24;
  const std::string open_quotes = repeated("x\",\"\n", kLines);
  const BadRows cases[] = {
      {open_quotes, no_limit},            // no row ends at all
      {open_quotes, 1000},                // each is too long
      {open_quotes + "\"z\n", no_limit},  // all have one malformed end
      {open_quotes + "y\"\n", 1000},      // all have one end, too far away
      {repeated("\"a\"b\n", kLines), no_limit},
      {repeated("x\",\"\nok\n", kLines), no_limit},          // good rows between
      {repeated("x\",\"\n\"\",\"\"b\n", kLines), no_limit},  // rows that are bad at once between
  };
  for (const auto& [text, max_bytes] : cases) {
    for (const std::size_t piece : {7U, 1U << 20U}) {
      CsvReader reader(std::make_unique<MemorySource>(text, piece), max_bytes);
      std::uint64_t bad = 0;
      for (auto row = reader.next(); row && !row->end; row = reader.next()) bad += row->problem.empty() ? 0 : 1;
      EXPECT_GE(bad, kLines - 1000 / 5);  // in the last 1000 bytes a row may be whole
      EXPECT_LE(reader.looked_at(), 2 * text.size());
    }
  }
}

TEST(CsvReader, ReadsOnAfterABadRowAsIfItWereNotThere) {
  const std::string bad[] = {"\"open,1\n", "\"a\"b,1\n", "x\",\"\n", "\"a\"\r,1\n"};
  const std::string good = "next,2\n\"two\nlines\",3\n\"q \"\"q\"\"\",\"\"\r\nlast,4\n";
  for (const auto& line : bad) {
    CsvReader alone(std::make_unique<MemorySource>(good, 3), 1000);
    CsvReader after(std::make_unique<MemorySource>(line + good, 3), 1000);
    auto first = after.next();
    ASSERT_TRUE(first);
    EXPECT_NE(first->problem, "");
    for (auto row = alone.next(); row && !row->end; row = alone.next()) {
      const auto same = after.next();
      ASSERT_TRUE(same);
      EXPECT_EQ(same->problem, "");
      EXPECT_EQ(same->cells, row->cells);
      EXPECT_EQ(same->line, row->line + 1);
    }
    EXPECT_TRUE(after.next()->end);
  }
}

}  // namespace
}  // namespace akidb::embedding::cli
