#include "base/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::StartsWith;

JsonDocument parsed(std::string_view text) {
  auto document = JsonDocument::parse(text, "f.json");
  if (document) return std::move(*document);
  ADD_FAILURE() << text << ": " << to_string(document.error());
  return std::move(*JsonDocument::parse("null", "f.json"));
}

template <class T>
std::string message_of(const Result<T>& result) {
  EXPECT_FALSE(result);
  if (result) return {};
  EXPECT_EQ(result.error().code, ErrorCode::data_corrupt);
  return result.error().message;
}

std::string nested(std::size_t depth, bool objects = false) {
  std::string text;
  for (std::size_t at = 0; at < depth; ++at) text += objects ? R"({"a":)" : "[";
  text += "0";
  for (std::size_t at = 0; at < depth; ++at) text += objects ? "}" : "]";
  return text;
}

struct Malformed {
  std::string name;
  std::string text;
};

void PrintTo(const Malformed& malformed, std::ostream* out) { *out << malformed.name; }

const std::vector<Malformed> kMalformed = {
    {"Empty", ""},
    {"Blank", " \n"},
    {"TrailingText", "{} x"},
    {"TwoDocuments", "{}{}"},
    {"TrailingNul", std::string("{}\0", 3)},
    {"OpenObject", R"({"a": 1)"},
    {"OpenArray", "[1, 2"},
    {"OpenString", R"("a)"},
    {"TrailingComma", "[1,]"},
    {"TrailingCommaOfObject", R"({"a":1,})"},
    {"MissingComma", "[1 2]"},
    {"MissingColon", R"({"a" 1})"},
    {"KeyIsNoString", "{1: 2}"},
    {"SingleQuotes", "{'a': 1}"},
    {"Comment", "[1] // one"},
    {"NaN", "[NaN]"},
    {"Infinity", "[Infinity]"},
    {"NegativeInfinity", "[-Infinity]"},
    {"PlusSign", "[+1]"},
    {"LeadingZero", "[01]"},
    {"LeadingZerosOfAHugeNumber", "[00000000000000000000000000000000000001]"},
    {"NoDigitsAfterPoint", "[1.]"},
    {"NoDigitsBeforePoint", "[.5]"},
    {"NoExponent", "[1e]"},
    {"Hexadecimal", "[0x10]"},
    {"NumberAboveEveryDouble", "[1e400]"},
    {"NumberBelowEveryDouble", "[-1e400]"},
    {"IntegerAboveEveryDouble", "[1" + std::string(400, '0') + "]"},
    {"UnknownWord", "[nul]"},
    {"WordInCapitals", "[True]"},
    {"ControlCharacter", "[\"a\nb\"]"},
    {"UnknownEscape", R"(["\x"])"},
    {"ShortEscape", R"(["\u12"])"},
    {"LoneSurrogate", R"(["\ud800"])"},
    {"InvalidUtf8", "[\"\xFF\"]"},
    {"OverlongUtf8", "[\"\xC0\x80\"]"},
    {"SurrogateUtf8", "[\"\xED\xA0\x80\"]"},
    {"CutUtf8", "\"\xE2\x82\""},
    {"InvalidUtf8OutsideOfStrings", "[1]\xFF"},
    {"SixtyFiveArrays", nested(65)},
    {"SixtyFiveObjects", nested(65, true)},
    {"AMillionArrays", std::string(1'000'000, '[')},
};

class MalformedJson : public ::testing::TestWithParam<Malformed> {};

TEST_P(MalformedJson, IsDataCorruptAndNamesTheFile) {
  EXPECT_THAT(message_of(JsonDocument::parse(GetParam().text, "f.json")), StartsWith("f.json: "));
}

INSTANTIATE_TEST_SUITE_P(Texts, MalformedJson, ::testing::ValuesIn(kMalformed),
                         [](const auto& malformed) { return malformed.param.name; });

TEST(Json, SaysWhereATextIsNoJson) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "line 1, column 1: not valid JSON: expected a value"},
      {"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: not valid JSON: expected ',' or '}'"},
      {"[\"\u00e9\u00e9\", x]", "line 1, column 8: not valid JSON: expected a value"},
      {"{}\n\nx", "line 3, column 1: not valid JSON: expected nothing after the value"},
      {"[1,\n\"\xFF\"]", "line 2, column 2: not valid JSON: not valid UTF-8"},
      {nested(65), "line 1, column 65: not valid JSON: expected no more than 64 levels"},
  };
  for (const auto& [text, place] : cases) {
    EXPECT_EQ(message_of(JsonDocument::parse(text, "f.json")), "f.json: " + place);
  }
}

TEST(Json, TakesSixtyFourLevels) {
  for (const bool objects : {false, true}) {
    const auto document = JsonDocument::parse(nested(64, objects), "f.json");
    EXPECT_TRUE(document) << to_string(document.error());
  }
}

TEST(Json, KnowsTheKindOfEveryValue) {
  const auto document = parsed(R"([null, true, 1, -1, 1.5, 18446744073709551615, "", [], {}])");
  std::vector<JsonKind> kinds;
  ASSERT_TRUE(document.root().for_each_element([&](std::size_t index, const JsonValue& value) -> Result<void> {
    EXPECT_EQ(index, kinds.size());
    kinds.push_back(value.kind());
    return {};
  }));
  EXPECT_THAT(kinds,
              ElementsAre(JsonKind::null, JsonKind::boolean, JsonKind::number, JsonKind::number, JsonKind::number,
                          JsonKind::number, JsonKind::string, JsonKind::array, JsonKind::object));
  EXPECT_EQ(document.root().size(), 9U);
}

struct Number {
  std::string text;
  std::optional<std::uint64_t> as_uint;
  std::optional<std::int64_t> as_int;
  double as_double;
};

TEST(Json, ReadsNumbersAsTheTypeThatHoldsThem) {
  constexpr auto kMaxInt = std::numeric_limits<std::int64_t>::max();
  constexpr auto kMinInt = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMaxUint = std::numeric_limits<std::uint64_t>::max();
  const std::vector<Number> numbers = {
      {"0", 0, 0, 0},
      {"-0", 0, 0, 0},
      {"-1", std::nullopt, -1, -1},
      {"9223372036854775807", kMaxInt, kMaxInt, 0x1p63},
      {"9223372036854775808", 1ULL << 63U, std::nullopt, 0x1p63},
      {"-9223372036854775808", std::nullopt, kMinInt, -0x1p63},
      {"-9223372036854775809", std::nullopt, std::nullopt, -0x1p63},
      {"18446744073709551615", kMaxUint, std::nullopt, 0x1p64},
      {"18446744073709551616", std::nullopt, std::nullopt, 0x1p64},
      {"1000000000000000019884624838656", std::nullopt, std::nullopt, 1e30},
      {"1.0", std::nullopt, std::nullopt, 1},
      {"1e3", std::nullopt, std::nullopt, 1000},
      {"1.7976931348623157e308", std::nullopt, std::nullopt, std::numeric_limits<double>::max()},
      {"4.9e-324", std::nullopt, std::nullopt, std::numeric_limits<double>::denorm_min()},
      {"1e-400", std::nullopt, std::nullopt, 0},
  };
  for (const auto& number : numbers) {
    // The second document has to be read in the way that huge integers need.
    for (const auto& text : {"[" + number.text + "]", "[" + number.text + ", 100000000000000000000]"}) {
      SCOPED_TRACE(text);
      const auto document = parsed(text);
      ASSERT_TRUE(document.root().for_each_element([&](std::size_t index, const JsonValue& value) -> Result<void> {
        if (index > 0) return {};
        const auto as_uint = value.as_uint();
        const auto as_int = value.as_int();
        EXPECT_EQ(as_uint ? std::optional(*as_uint) : std::nullopt, number.as_uint);
        EXPECT_EQ(as_int ? std::optional(*as_int) : std::nullopt, number.as_int);
        EXPECT_EQ(value.as_double().value_or(-1), number.as_double);
        return {};
      }));
    }
  }
}

TEST(Json, LeavesDigitsInStringsAlone) {
  const auto document =
      parsed(R"({"n": 1000000000000000000000, "\"1": "\\", "s": "1000000000000000000000 \" 1000000000000000000000"})");
  EXPECT_EQ(*document.root().at("s")->as_string(), "1000000000000000000000 \" 1000000000000000000000");
  EXPECT_EQ(*document.root().at("\"1")->as_string(), "\\");
}

TEST(Json, ReadsStringsWithEscapesAndNul) {
  const auto document = parsed(R"(["\u0000\u00e9\ud83d\ude00\n\"/\/", "é😀"])");
  std::vector<std::string> strings;
  ASSERT_TRUE(document.root().for_each_element([&](std::size_t, const JsonValue& value) -> Result<void> {
    strings.emplace_back(*value.as_string());
    return {};
  }));
  EXPECT_THAT(strings, ElementsAre(std::string("\0é😀\n\"//", 11), "é😀"));
}

TEST(Json, NamesTheFileThePathAndBothTypes) {
  const auto document = parsed(R"({"a": {"b": [0, {"c": "text"}, -2, 1.5, true]}, "n": null})");
  const auto root = document.root();
  const auto list = root.at("a").and_then([](const JsonValue& a) { return a.at("b"); });
  ASSERT_TRUE(list);
  std::vector<std::string> messages;
  ASSERT_TRUE(list->for_each_element([&](std::size_t index, const JsonValue& value) -> Result<void> {
    EXPECT_EQ(value.path(), "a.b[" + std::to_string(index) + "]");
    if (const auto read = value.as_uint(); !read) messages.push_back(read.error().message);
    return {};
  }));
  EXPECT_THAT(messages, ElementsAre("f.json: a.b[1]: expected an unsigned integer, found an object",
                                    "f.json: a.b[2]: expected an unsigned integer, found the number -2",
                                    "f.json: a.b[3]: expected an unsigned integer, found the number 1.5",
                                    "f.json: a.b[4]: expected an unsigned integer, found a boolean"));
  EXPECT_EQ(message_of(root.as_string()), "f.json: expected a string, found an object");
  EXPECT_EQ(message_of(list->as_bool()), "f.json: a.b: expected a boolean, found an array");
  EXPECT_EQ(message_of(root.at("a")->at("z")), "f.json: a: \"z\" is missing");
  EXPECT_EQ(message_of(root.at("n")), "f.json: \"n\" is missing");
  EXPECT_EQ(message_of(list->at("z")), "f.json: a.b: expected an object with \"z\", found an array");
  EXPECT_THAT(message_of(root.for_each_element([](std::size_t, const JsonValue&) { return Result<void>(); })),
              HasSubstr("expected an array"));
  EXPECT_EQ(root.unsupported("too new").code, ErrorCode::unsupported);
  EXPECT_EQ(root.unsupported("too new").message, "f.json: too new");
}

TEST(Json, FallsBackOnlyWhereAMemberIsAbsentOrNull) {
  const auto document = parsed(R"({"b": true, "u": 3, "d": 2, "s": "x", "null": null})");
  const auto root = document.root();
  EXPECT_EQ(*root.bool_or("b", false), true);
  EXPECT_EQ(*root.uint_or("u", 1), 3U);
  EXPECT_EQ(*root.double_or("d", 1), 2.0);
  EXPECT_EQ(*root.string_or("s", "y"), "x");
  for (const auto* key : {"absent", "null"}) {
    EXPECT_EQ(*root.bool_or(key, true), true);
    EXPECT_EQ(*root.uint_or(key, 1), 1U);
    EXPECT_EQ(*root.double_or(key, 1.5), 1.5);
    EXPECT_EQ(*root.string_or(key, "y"), "y");
    EXPECT_FALSE(root.find(key));
  }
  EXPECT_EQ(message_of(root.bool_or("u", true)), "f.json: u: expected a boolean, found the number 3");
  EXPECT_EQ(message_of(root.uint_or("s", 1)), "f.json: s: expected an unsigned integer, found a string");
  EXPECT_EQ(message_of(root.double_or("b", 1)), "f.json: b: expected a number, found a boolean");
  EXPECT_EQ(message_of(root.string_or("u", "")), "f.json: u: expected a string, found the number 3");
  EXPECT_FALSE(root.find("s")->find("x"));
}

TEST(Json, KeepsDuplicateMembersInTheirOrder) {
  const auto document = parsed(R"({"a": 1, "b": 2, "a": 3})");
  std::vector<std::pair<std::string, std::uint64_t>> members;
  ASSERT_TRUE(document.root().for_each_member([&](std::string_view key, const JsonValue& value) -> Result<void> {
    members.emplace_back(key, *value.as_uint());
    return {};
  }));
  EXPECT_THAT(members, ElementsAre(Pair("a", 1U), Pair("b", 2U), Pair("a", 3U)));
}

TEST(Json, EndsAVisitAtTheFirstError) {
  const auto document = parsed(R"({"a": 1, "b": 2})");
  int visits = 0;
  const auto outcome = document.root().for_each_member([&](std::string_view, const JsonValue& value) -> Result<void> {
    ++visits;
    return value.corrupt("no");
  });
  EXPECT_EQ(message_of(outcome), "f.json: a: no");
  EXPECT_EQ(visits, 1);
}

TEST(Json, GivesAValueBackAsText) {
  const auto document = parsed(R"( { "a" : [ 1 , -2 , "x\n" , null ] } )");
  EXPECT_EQ(document.root().to_json(), R"({"a":[1,-2,"x\n",null]})");
}

TEST(Json, OutlivesAMove) {
  auto first = parsed(R"(["kept"])");
  const auto value = first.root();
  const JsonDocument second = std::move(first);
  EXPECT_EQ(value.to_json(), second.root().to_json());
}

TEST(Json, ReadsFilesWithinABound) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto file = folder->path() / "config.json";
  std::ofstream(file) << "{\"a\": tru}";
  const auto broken = JsonDocument::read(file, 100);
  EXPECT_THAT(message_of(broken), StartsWith("config.json: "));
  EXPECT_EQ(broken.error().detail, file.string());
  EXPECT_THAT(message_of(JsonDocument::read(file, 9)), HasSubstr("at most 9 bytes, found 10"));
  const auto absent = JsonDocument::read(folder->path() / "absent.json", 100);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::not_found);
}

}  // namespace
}  // namespace akidb::embedding::base
