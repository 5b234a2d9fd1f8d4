#include <gtest/gtest.h>

#include "cli/commands/bench_measure.hpp"
#include "cli/commands/bench_report.hpp"

namespace akidb::embedding::cli {
namespace {

TEST(NextTexts, GrowsUntilARoundIsFull) {
  const Seconds round(1);
  EXPECT_EQ(next_texts(1, Seconds(0), round), 4U);      // four times at most, however fast
  EXPECT_EQ(next_texts(1, Seconds(0.01), round), 4U);   //
  EXPECT_EQ(next_texts(16, Seconds(0.4), round), 40U);  // as many as fit
  EXPECT_EQ(next_texts(40, Seconds(0.5), round), 40U);  // enough
  EXPECT_EQ(next_texts(1, Seconds(30), round), 1U);     // a text that alone takes too long
  EXPECT_EQ(next_texts(4000, Seconds(0.1), round), 4096U);
  EXPECT_EQ(next_texts(4096, Seconds(0.1), round), 4096U);
}

TEST(NextTexts, ComesToAnEnd) {
  for (const double per_text : {1e-9, 1e-4, 1e-2, 0.3, 5.0}) {
    std::size_t texts = 1;
    for (int trials = 0;; ++trials) {
      ASSERT_LT(trials, 10) << per_text;
      const Seconds taken(per_text * static_cast<double>(texts));
      EXPECT_LE(taken.count(), std::max(1.0001, per_text));
      const auto next = next_texts(texts, taken, Seconds(1));
      if (next == texts) break;
      texts = next;
    }
  }
}

TEST(BenchTable, KeepsADecimalOfSmallRates) {
  BenchFigures figures;
  figures.latency = {8, 100, 3, 4};
  figures.parts = {{"256 tokens", {1, 256, 3, 0.344}}, {"32 tokens", {1000, 32000, 3, 0.5}}};
  const std::string table = bench_table(figures);
  EXPECT_NE(table.find(" 2.9 "), std::string::npos) << table;
  EXPECT_NE(table.find(" 744 "), std::string::npos) << table;
  EXPECT_NE(table.find(" 2,000 "), std::string::npos) << table;
  EXPECT_NE(table.find("(100 samples)"), std::string::npos) << table;
}

}  // namespace
}  // namespace akidb::embedding::cli
