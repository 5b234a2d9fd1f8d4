#include "server/api/trace_context.hpp"

#include <gtest/gtest.h>
#include <set>

namespace akidb::embedding::server {
namespace {

const std::string kTrace = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string kSpan = "00f067aa0ba902b7";

TEST(TraceContext, ReadsWhatCallersSend) {
  const auto context = read_trace_context("00-" + kTrace + "-" + kSpan + "-01", "vendor=1");
  EXPECT_EQ(context.trace_id, kTrace);
  EXPECT_EQ(context.parent_id, kSpan);
  EXPECT_TRUE(context.sampled);
  EXPECT_EQ(context.state, "vendor=1");
  EXPECT_FALSE(read_trace_context("00-" + kTrace + "-" + kSpan + "-00", "").sampled);
  EXPECT_FALSE(read_trace_context("01-" + kTrace + "-" + kSpan + "-01-more", "").empty());
}

TEST(TraceContext, TakesNothingElse) {
  const std::string wrong[] = {
      "",
      "00",
      "00-" + kTrace + "-" + kSpan,
      "00-" + kTrace + "-" + kSpan + "-0",
      "00-" + kTrace + "-" + kSpan + "-0x",
      "00-" + kTrace + "-" + kSpan + "-01-more",
      "01-" + kTrace + "-" + kSpan + "-01more",
      "ff-" + kTrace + "-" + kSpan + "-01",
      "00-" + std::string(32, '0') + "-" + kSpan + "-01",
      "00-" + kTrace + "-" + std::string(16, '0') + "-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + kSpan + "-01",
      "00_" + kTrace + "-" + kSpan + "-01",
  };
  for (const auto& parent : wrong) EXPECT_TRUE(read_trace_context(parent, "").empty()) << parent;
  EXPECT_EQ(read_trace_context("00-" + kTrace + "-" + kSpan + "-01", "a\nb").state, "");
}

TEST(TraceContext, PassesOnWhatItTookWhereItMakesNoSpan) {
  const std::string parent = "00-" + kTrace + "-" + kSpan + "-01";
  EXPECT_EQ(read_trace_context(parent, "").header(), parent);
  EXPECT_EQ(TraceContext().header(), "");
}

TEST(TraceContext, BeginsSpansInTheCallersTrace) {
  auto context = read_trace_context("00-" + kTrace + "-" + kSpan + "-01", "");
  begin_span(context, 0);
  EXPECT_EQ(context.header(), "00-" + kTrace + "-" + context.span_id + "-01");
  EXPECT_NE(context.span_id, kSpan);
}

TEST(TraceContext, BeginsTracesOfItsOwn) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    TraceContext context;
    begin_span(context, 1);
    EXPECT_TRUE(context.sampled);
    EXPECT_FALSE(read_trace_context(context.header(), "").empty());
    EXPECT_TRUE(seen.insert(context.trace_id + context.span_id).second);
  }
  TraceContext never;
  begin_span(never, 0);
  EXPECT_FALSE(never.sampled);
}

}  // namespace
}  // namespace akidb::embedding::server
