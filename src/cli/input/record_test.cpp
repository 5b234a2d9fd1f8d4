#include "cli/input/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "cli/input/memory_source.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr std::size_t kPieces[] = {1, 2, 3, 7, 1 << 20};

std::unique_ptr<RecordReader> reader_of(const std::string& text, const RecordOptions& options,
                                        std::size_t piece = 1 << 20) {
  auto reader = make_record_reader(std::make_unique<MemorySource>(text, piece), options);
  EXPECT_TRUE(reader) << reader.error().message;
  return *std::move(reader);
}

// "1:text|" for a good record, with its id and fields where it has some, "2!" for a bad one.
std::string shown(const NextRecord& next) {
  if (const auto* bad = std::get_if<BadRecord>(&next)) return std::to_string(bad->line) + "!|";
  const auto& record = std::get<Record>(next);
  std::string out = std::to_string(record.line) + ":" + record.text;
  if (!record.id.empty()) out += "#" + record.id;
  if (!record.fields.empty()) out += "{" + record.fields + "}";
  return out + "|";
}

std::string all_of(RecordReader& reader) {
  std::string out;
  while (true) {
    const auto next = reader.next();
    if (!next) return out + next.error().message;
    if (std::holds_alternative<EndOfInput>(*next)) return out;
    out += shown(*next);
  }
}

struct Case {
  RecordOptions options;
  std::string input;
  std::string expected;
};

std::vector<Case> cases() {
  RecordOptions lines;
  RecordOptions short_lines;
  short_lines.max_line_bytes = 3;
  RecordOptions jsonl;
  jsonl.format = InputFormat::jsonl;
  RecordOptions with_id = jsonl;
  with_id.id_field = "id";
  with_id.embedding_field = "embedding";
  RecordOptions csv;
  csv.format = InputFormat::csv;
  RecordOptions csv_with_id = csv;
  csv_with_id.id_field = "id";
  csv_with_id.embedding_field = "embedding";
  RecordOptions short_csv = csv;
  short_csv.max_line_bytes = 8;
  return {
      {lines, "", ""},
      {lines, "\n", "1:|"},
      {lines, "a", "1:a|"},
      {lines, "a\n\nb\r\nc\r", "1:a|2:|3:b|4:c\r|"},
      {lines,
       "\xEF\xBB\xBF"
       "a\n\xEF\xBB\xBF"
       "b\n",
       "1:a|2:\xEF\xBB\xBF"
       "b|"},
      {lines, "\xEF\xBB", "1!|"},
      {lines, "a\n\xC0\x80\nb", "1:a|2!|3:b|"},
      {short_lines, "abc\r\nabcd\nabcdefgh\nabc", "1:abc|2!|3!|4:abc|"},
      {short_lines, "abcdefghijkl", "1!|"},
      {jsonl,
       R"({"text":"a"})"
       "\r\n"
       R"({"text":"b"})",
       "1:a|2:b|"},
      {jsonl, "\n{}\n{\"text\":1}\n{\"text\":\"a\",\"text\":\"b\"}\n{\"t\\u0065xt\":\"c\"}\n", "2!|3!|4!|5:c|"},
      {with_id, R"({"x":[1, 2],"id":"k","text":"a","y":1.0})", R"(1:a#"k"{"x":[1, 2],"y":1.0}|)"},
      {with_id,
       R"({"text":"a"})"
       "\n"
       R"({"text":"a","id":{"n":1},"embedding":1})"
       "\n"
       R"({"text":"a","id":null})",
       "1!|2!|3:a#null|"},
      {csv, "text\na\n\"\"\n\nb", "2:a|3:|5:b|"},
      {csv, "n,text\r\n1,\"a \"\"q\"\", b\"\r\n2,x\"y\r\n", "2:a \"q\", b|3:x\"y|"},
      {csv, "text,n\n\"two\r\nlines\",1\nlast,2", "2:two\r\nlines|4:last|"},
      {csv, "text,n\n\"open,1", "2!|"},
      {csv, "text,n\n\"a\"b,\"\nnext,2\n", "2!|3:next|"},
      {csv, "text,n\n\"a\"b,1\nnext,2\n,\n1\n1,2,3\n", "2!|3:next|4:|5!|6!|"},
      {csv_with_id, "id,text,\"a \"\"b\"\"\"\n7,x,\"\n\"\n", "2:x#\"7\"{\"a \\\"b\\\"\":\"\\n\"}|"},
      {csv_with_id,
       "\xEF\xBB\xBF"
       "id,text\n7,x\n",
       "2:x#\"7\"|"},
      {short_csv, "text\nabcdefgh\nabcdefghi\nok\n", "2:abcdefgh|3!|4:ok|"},
      {short_csv, "text\n\"abcdefgh\nevil\n\nend\"\nok\n", "2!|6:ok|"},
      {short_csv, "text\n\"abcdefgh\"evil\nok\n", "2!|3:ok|"},
  };
}

TEST(RecordReader, GivesTheRecordsInPiecesOfAnySize) {
  for (const auto& [options, input, expected] : cases()) {
    for (const auto piece : kPieces) EXPECT_EQ(all_of(*reader_of(input, options, piece)), expected) << input;
  }
}

// What would come of guessing is a part of a cell taken for a text.
TEST(RecordReader, EndsWhereNobodyKnowsWhichSideOfAQuoteIsInside) {
  RecordOptions csv;
  csv.format = InputFormat::csv;
  csv.max_line_bytes = 16;
  for (const std::string row : {"\"open,1\nz,3\n", "\"open,2\nz,3\n\"w\",4\nq,5\n", "\"o\nn\"x\n\",2\nz,3\n",
                                "\"longer than sixteen\nz,3\nq,5\n"}) {
    for (const auto piece : kPieces) {
      const auto found = all_of(*reader_of("text,n\nfirst,1\n" + row, csv, piece));
      EXPECT_THAT(found, testing::StartsWith("2:first|")) << row;
      EXPECT_THAT(found, testing::HasSubstr(":3: expected")) << row;
      EXPECT_THAT(found, testing::HasSubstr("where the next row begins cannot be told")) << row;
      EXPECT_EQ(std::ranges::count(found, '|'), 1) << row;
    }
  }
}

TEST(RecordReader, GoesOnWhereAnotherStopped) {
  for (const auto& [options, input, expected] : cases()) {
    auto first = reader_of(input, options);
    std::string head;
    while (true) {
      auto second = reader_of(input, options, 3);
      ASSERT_TRUE(second->go_to(first->position())) << input;
      EXPECT_EQ(second->position(), first->position());
      EXPECT_EQ(head + all_of(*second), expected) << input;
      const auto next = first->next();
      ASSERT_TRUE(next);
      if (std::holds_alternative<EndOfInput>(*next)) break;
      head += shown(*next);
    }
    EXPECT_EQ(head, expected);
  }
}

TEST(RecordReader, KnowsAnotherInput) {
  auto first = reader_of("one\ntwo\nthree\n", {});
  ASSERT_TRUE(first->next());
  ASSERT_TRUE(first->next());
  for (const auto other : {"one\ntwO\nthree\n", "one\ntw", "", "one\r\ntwo\nthree\n"}) {
    const auto moved = reader_of(other, {})->go_to(first->position());
    ASSERT_FALSE(moved) << other;
    EXPECT_EQ(moved.error().code, ErrorCode::invalid_argument);
  }
}

TEST(RecordReader, CountsRecordsGoodAndBad) {
  auto reader = reader_of("a\n\xFF\nb\n", {});
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(reader->next());
  EXPECT_EQ(reader->position().records, 3U);
  EXPECT_EQ(reader->position().bytes, 6U);
  EXPECT_EQ(reader->position().lines, 3U);
}

TEST(RecordReader, RefusesACsvThatLacksAColumn) {
  RecordOptions options;
  options.format = InputFormat::csv;
  options.id_field = "id";
  options.embedding_field = "embedding";
  for (const auto header : {"", "\n", "id\n", "text\n", "id,text,embedding\n", "\"id\n", "\xFF,id,text\n"}) {
    const auto reader = make_record_reader(std::make_unique<MemorySource>(header), options);
    ASSERT_FALSE(reader) << header;
    EXPECT_EQ(reader.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(reader.error().message.substr(0, 7), "test:1:");
  }
}

TEST(ArgumentReader, GivesTheTexts) {
  EXPECT_EQ(all_of(*make_argument_reader({"a", "", "\xFF", "b"})), "0:a|0:|0!|0:b|");
}

}  // namespace
}  // namespace akidb::embedding::cli
