#include "cli/input/csv_reader.hpp"

#include <gtest/gtest.h>

#include "cli/input/memory_source.hpp"

namespace akidb::embedding::cli {
namespace {

TEST(CsvReader, ReadsOnAfterABadRowAsIfItWereNotThere) {
  const std::string bad[] = {"\"a\"b,1\n", "\"a\"b,\"\n", "\"a\"\r,1\n"};
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
