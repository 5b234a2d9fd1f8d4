#include "base/json_scan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::base {
namespace {

using ::testing::HasSubstr;

std::string members_of(const std::string& text) {
  std::vector<JsonMember> members;
  if (const auto problem = scan_json_object(text, members))
    return problem->message + " at " + std::to_string(problem->byte);
  std::string out;
  for (const auto& [key, value] : members) out.append(key).append("=").append(value).append(";");
  return out;
}

TEST(LineAndColumn, CountCharactersFromOne) {
  EXPECT_EQ(line_and_column("", 0), "line 1, column 1");
  EXPECT_EQ(line_and_column("ab\n\u00e9x", 5), "line 2, column 2");
}

TEST(ScanJsonObject, LeavesEveryByteAsItIs) {
  const std::pair<const char*, const char*> cases[] = {
      {"{}", ""},
      {" { } ", ""},
      {R"({"a":1})", R"("a"=1;)"},
      {R"( {"a" : -0.10e+5 , "b":"x\"y" } )", R"("a"=-0.10e+5;"b"="x\"y";)"},
      {R"({"a":[1, {"b":[]}],"a":null})", R"("a"=[1, {"b":[]}];"a"=null;)"},
      {R"({"n":123456789012345678901234567890.000000000000000000001})",
       R"("n"=123456789012345678901234567890.000000000000000000001;)"},
      {R"({"\u0061":"\ud83d\uDE00"})", R"("\u0061"="\ud83d\uDE00";)"},
      {R"({"":true,"f":false})", R"(""=true;"f"=false;)"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(members_of(text), expected) << text;
}

TEST(ScanJsonObject, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "expected an object at 0"},
      {"[]", "expected an object at 0"},
      {"{", "expected a string as key at 1"},
      {R"({"a")", "expected ':' at 4"},
      {R"({"a":)", "expected a value at 5"},
      {R"({"a":1)", "expected ',' or '}' at 6"},
      {R"({"a":1,})", "expected a string as key at 7"},
      {R"({"a":1} x)", "expected nothing after the object at 8"},
      {R"({'a':1})", "expected a string as key at 1"},
      {R"({"a":01})", "expected ',' or '}' at 6"},
      {R"({"a":1.})", "expected a digit at 7"},
      {R"({"a":.5})", "expected a value at 5"},
      {R"({"a":+1})", "expected a value at 5"},
      {R"({"a":1e})", "expected a digit at 7"},
      {R"({"a":-})", "expected a digit at 6"},
      {R"({"a":NaN})", "expected a value at 5"},
      {R"({"a":tru})", "expected a value at 5"},
      {R"({"a":[1,]})", "expected a value at 8"},
      {R"({"a":[1)", "expected ',' or ']' at 7"},
      {R"({"a":"x)", "expected '\"' at the end of a string at 7"},
      {R"({"a":"\x"})", "expected an escape at 7"},
      {R"({"a":"\u12g4"})", "expected four hexadecimal digits at 10"},
      {"{\"a\":\"\n\"}", "expected no control character in a string at 6"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(members_of(text), expected) << text;
}

TEST(ScanJsonObject, GoesSixtyFourLevelsDeep) {
  const auto nested = [](std::size_t arrays) {
    return R"({"a":)" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
  };
  EXPECT_EQ(members_of(nested(63)).substr(0, 5), R"("a"=[)");
  EXPECT_EQ(members_of(nested(64)), "expected no more than 64 levels at 68");
  EXPECT_EQ(members_of(nested(1'000'000)), "expected no more than 64 levels at 68");
}

TEST(UnescapeJson, GivesTheCharacters) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("")", ""},
      {R"("plain é")", "plain é"},
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("\u0041\u00e9\u20ac")", "Aé€"},
      {R"("\ud83d\ude00")", "😀"},
      {R"("\uDBFF\uDFFF")", "\xF4\x8F\xBF\xBF"},
      {R"("a\u0000b")", std::string("a\0b", 3)},
      {R"("\\u0041")", "\\u0041"},
  };
  for (const auto& [text, expected] : cases) {
    std::string out = "left over";
    unescape_json(text, out);
    EXPECT_EQ(out, expected) << text;
  }
}

TEST(ScanJsonObject, RefusesHalfASurrogatePair) {
  for (const auto text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\n")", R"("\ud800\ud800")",
                          R"("\udc00\ud800")", R"("\ud800\u0041")", R"("\ud800\udc0")"}) {
    for (const auto& object : {R"({"text":)" + std::string(text) + "}", "{" + std::string(text) + ":1}",
                               R"({"deep":[{"x":)" + std::string(text) + "}]}"}) {
      EXPECT_THAT(members_of(object), HasSubstr("both halves of a surrogate pair")) << object;
    }
  }
}

TEST(RepeatedKey, SeesThroughEscapes) {
  const auto repeated = [](std::string_view object) {
    std::vector<JsonMember> members;
    EXPECT_FALSE(scan_json_object(object, members)) << object;
    return repeated_key(members).value_or("");
  };
  EXPECT_EQ(repeated(R"({"a":1,"b":{"a":2},"A":3,"":4})"), "");
  EXPECT_EQ(repeated(R"({"a":1,"b":2,"a":3})"), "a");
  EXPECT_EQ(repeated(R"({"te\u0078t":1,"text":2})"), "text");
}

}  // namespace
}  // namespace akidb::embedding::base
