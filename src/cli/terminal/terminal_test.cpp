#include <gtest/gtest.h>

#include "cli/terminal/error_text.hpp"
#include "cli/terminal/meter.hpp"
#include "cli/terminal/width.hpp"
#include "cli/terminal/wrap.hpp"

namespace akidb::embedding::cli {
namespace {

using std::chrono::duration;

TEST(DisplayWidth, CountsColumns) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("é"), 1U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);  // a combining acute
  EXPECT_EQ(display_width("日本語"), 6U);
  EXPECT_EQ(display_width("한글"), 4U);
  EXPECT_EQ(display_width("😀"), 2U);
  EXPECT_EQ(display_width("Привет"), 6U);
}

TEST(Fitted, CutsWithAnEllipsis) {
  EXPECT_EQ(fitted("hello", 5), "hello");
  EXPECT_EQ(fitted("hello!", 5), "hell…");
  EXPECT_EQ(fitted("日本語", 6), "日本語");
  EXPECT_EQ(fitted("日本語", 5), "日本…");
  EXPECT_EQ(fitted("日本語", 4), "日…");
  EXPECT_EQ(fitted("ab", 1), "…");
  EXPECT_EQ(fitted("ab", 0), "");
}

TEST(Fitted, LetsNoControlCharacterThrough) { EXPECT_EQ(fitted("a\nb\x1b[31mc\x7f\xC2\x9B", 80), "a b [31mc  "); }

TEST(Padded, FillsColumns) {
  EXPECT_EQ(padded("日", 4), "日  ");
  EXPECT_EQ(padded("long", 2), "long");
}

TEST(Wrap, KeepsWordsWhole) {
  EXPECT_EQ(wrapped("one two three", 2, 9), "  one two\n  three\n");
  EXPECT_EQ(wrapped("a\n\nb", 0, 9), "a\n\nb\n");
  EXPECT_EQ(hanging("x", "one two", 4, 8), "x   one\n    two\n");
  EXPECT_EQ(hanging("longer", "one", 4, 8), "longer\n    one\n");
}

TEST(ErrorText, LeavesOutADetailThatTheMessageSays) {
  const auto text = [](std::string message, std::string detail) {
    return error_text({ErrorCode::not_found, std::move(message), std::move(detail), {}});
  };
  EXPECT_EQ(text("there is no file a.onnx", ""), "there is no file a.onnx");
  EXPECT_EQ(text("there is no file a.onnx", "a.onnx"), "there is no file a.onnx");
  EXPECT_EQ(text("\"a.onnx\": not there", "a.onnx"), "\"a.onnx\": not there");
  EXPECT_EQ(text("there is no file a.onnx", "b/a.onnx"), "there is no file a.onnx (b/a.onnx)");
  EXPECT_EQ(text("there is no file b/a.onnx", "a.onnx"), "there is no file b/a.onnx (a.onnx)");
  EXPECT_EQ(text("a.onnx.data and a.onnx", "a.onnx"), "a.onnx.data and a.onnx");
}

TEST(OneLine, WritesControlCharactersAsEscapes) {
  EXPECT_EQ(one_line("plain \xC3\xA9 \\"), "plain \xC3\xA9 \\");
  EXPECT_EQ(one_line("a\nb\x1b[31mc\x7f\r"), "a\\nb\\x1b[31mc\\x7f\\x0d");
}

TEST(Grouped, SeparatesThousands) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(1234567), "1,234,567");
}

TEST(RateText, HasADecimalBelowAHundred) {
  EXPECT_EQ(rate_text(2.9), "2.9");
  EXPECT_EQ(rate_text(99.9), "99.9");
  EXPECT_EQ(rate_text(100.9), "100");
  EXPECT_EQ(rate_text(12345.6), "12,345");
}

TEST(ProgressLine, SaysHowFarAndHowFast) {
  Progress progress{12'800, 384'000, 0, 0, 500, 1000};
  EXPECT_EQ(progress_line(progress, duration<double>(4), 100),
            "12,800 texts  3,200 texts/s  96,000 tokens/s  50%  ETA 0:04");
  EXPECT_EQ(progress_line(progress, duration<double>(4), 13), "12,800 texts");
  progress.bytes_before = 400;  // a resumed run: only its own bytes say how fast it is
  progress.skipped = 2;
  EXPECT_EQ(progress_line(progress, duration<double>(720), 100),
            "12,800 texts  17.8 texts/s  533 tokens/s  2 skipped  50%  ETA 1:00:00");
  progress.bytes_in_all.reset();
  EXPECT_EQ(progress_line(progress, duration<double>(0), 100), "12,800 texts  0.0 texts/s  0.0 tokens/s  2 skipped");
}

TEST(DownloadLine, SaysHowFarAndHowFast) {
  DownloadProgress progress{"org/name", "model.safetensors", 2, 9, 45'000'000, 5'000'000, 90'000'000};
  EXPECT_EQ(download_line(progress, duration<double>(2), 100),
            "model.safetensors  2/9  45.0 MB of 90.0 MB  50%  20.0 MB/s  ETA 0:03");
  EXPECT_EQ(download_line(progress, duration<double>(2), 18), "model.safetensors");
  progress.bytes_before = progress.bytes;
  EXPECT_EQ(download_line(progress, duration<double>(2), 100), "model.safetensors  2/9  45.0 MB of 90.0 MB  50%");
  EXPECT_EQ(download_line({}, duration<double>(0), 100), "  0/0  0.0 kB of 0.0 kB  0%");
}

TEST(SummaryLine, SaysWhatWasDone) {
  EXPECT_EQ(summary_line({1, 7, 0, 0, 0, {}}, duration<double>(0.5)),
            "1 text, 7 tokens in 0.5 s (2.0 texts/s, 14.0 tokens/s)");
  EXPECT_EQ(summary_line({2000, 8000, 3, 0, 0, {}}, duration<double>(2)),
            "2,000 texts, 8,000 tokens in 2.0 s (1,000 texts/s, 4,000 tokens/s), 3 skipped");
}

}  // namespace
}  // namespace akidb::embedding::cli
