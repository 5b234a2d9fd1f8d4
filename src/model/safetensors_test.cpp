#include "model/safetensors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace akidb::embedding::model {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// The size, the header, and so many bytes of data.
std::string file_of(std::string_view header, std::size_t data_size) {
  std::string file;
  for (int i = 0; i < 8; ++i) file += static_cast<char>((header.size() >> (8 * i)) & 0xFF);
  return file.append(header).append(data_size, '\0');
}

Result<SafetensorsTable> parse(const std::string& file) {
  return parse_safetensors(std::as_bytes(std::span(file)), "model.safetensors");
}

struct Case {
  const char* name;
  std::string file;
  const char* message;  // what the error must name
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const auto name_of = [](const auto& info) { return std::string(info.param.name); };

class MalformedSafetensors : public testing::TestWithParam<Case> {};

TEST_P(MalformedSafetensors, IsAnErrorThatNamesFileAndPlace) {
  const auto table = parse(GetParam().file);
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, ErrorCode::data_corrupt);
  EXPECT_THAT(table.error().message, StartsWith("model.safetensors: "));
  EXPECT_THAT(table.error().message, HasSubstr(GetParam().message));
}

std::string raw(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text += static_cast<char>(byte);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    , MalformedSafetensors,
    testing::Values(
        Case{"empty", "", "8 bytes"}, Case{"seven_bytes", raw({2, 0, 0, 0, 0, 0, 0}), "8 bytes"},
        Case{"size_only", raw({2, 0, 0, 0, 0, 0, 0, 0}), "header size"},
        Case{"size_beyond_file", raw({3, 0, 0, 0, 0, 0, 0, 0, '{', '}'}), "header size"},
        Case{"size_of_all_ones", raw({255, 255, 255, 255, 255, 255, 255, 255, '{', '}'}), "header size"},
        Case{"size_above_the_limit", raw({1, 0xE1, 0xF5, 5, 0, 0, 0, 0, '{', '}'}), "at most 100000000"},
        Case{"size_zero", raw({0, 0, 0, 0, 0, 0, 0, 0, '{', '}'}), "JSON object"},
        Case{"no_object", file_of("[]", 0), "JSON object"}, Case{"white_space_first", file_of(" {}", 0), "JSON object"},
        Case{"no_json", file_of("{\"a\":", 0), "not valid JSON"},
        Case{"text_behind", file_of("{}x", 0), "not valid JSON"},
        Case{"invalid_utf8", file_of("{\"\xFF\":1}", 0), "not valid JSON"},
        Case{"deep_nesting", file_of("{\"a\":" + std::string(100, '[') + std::string(100, ']') + "}", 0), "JSON"},
        Case{"huge_number", file_of(R"({"a":{"dtype":"U8","shape":[1e999],"data_offsets":[0,1]}})", 1), "JSON"},
        Case{"tensor_is_a_number", file_of(R"({"a":1})", 0), "a: expected an object"},
        Case{"tensor_is_null", file_of(R"({"a":null})", 0), "a: expected an object"},
        Case{"metadata_is_a_list", file_of(R"({"__metadata__":[]})", 0), "__metadata__: expected an object"},
        Case{"metadata_value_is_a_number", file_of(R"({"__metadata__":{"format":1}})", 0), "__metadata__.format"},
        Case{"metadata_twice", file_of(R"({"__metadata__":{},"__metadata__":{}})", 0), "twice"},
        Case{"no_dtype", file_of(R"({"a":{"shape":[1],"data_offsets":[0,1]}})", 1), "a: \"dtype\" is missing"},
        Case{"no_shape", file_of(R"({"a":{"dtype":"U8","data_offsets":[0,1]}})", 1), "a: \"shape\" is missing"},
        Case{"no_offsets", file_of(R"({"a":{"dtype":"U8","shape":[1]}})", 1), "a: \"data_offsets\" is missing"},
        Case{"unknown_key", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"x":1}})", 1), "a.x"},
        Case{"dtype_twice", file_of(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", 1),
             "a.dtype: the key comes twice"},
        Case{"unknown_dtype", file_of(R"({"a":{"dtype":"F31","shape":[1],"data_offsets":[0,1]}})", 1), "\"F31\""},
        Case{"lower_case_dtype", file_of(R"({"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}})", 4), "a.dtype"},
        Case{"dtype_is_a_number", file_of(R"({"a":{"dtype":32,"shape":[1],"data_offsets":[0,4]}})", 4), "a.dtype"},
        Case{"shape_is_a_number", file_of(R"({"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}})", 1), "a.shape"},
        Case{"negative_size", file_of(R"({"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}})", 1), "a.shape[0]"},
        Case{"fractional_size", file_of(R"({"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}})", 1), "a.shape[0]"},
        Case{"size_beyond_64_bits",
             file_of(R"({"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,1]}})", 1), "a.shape[0]"},
        Case{"product_overflows",
             file_of(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296,16],"data_offsets":[0,0]}})", 0), "\"a\""},
        Case{"product_overflows_to_the_range",  // 2^62 floats: 2^64 bytes
             file_of(R"({"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}})", 0), "\"a\""},
        Case{"half_a_byte", file_of(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}})", 1), "\"a\""},
        Case{"one_offset", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}})", 1), "a.data_offsets"},
        Case{"three_offsets", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", 1),
             "a.data_offsets"},
        Case{"offsets_are_a_string", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":"01"}})", 1),
             "a.data_offsets"},
        Case{"negative_offset", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}})", 1),
             "a.data_offsets[0]"},
        Case{"offsets_swapped", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}})", 1),
             "a.data_offsets"},
        Case{"range_too_short", file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", 4), "\"a\""},
        Case{"range_too_long", file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}})", 8), "\"a\""},
        Case{"range_beyond_the_file", file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", 4), "\"a\""},
        Case{"hole_at_the_start", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})", 2), "hole"},
        Case{"hole_between",
             file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                     R"("b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                     3),
             "\"b\": data_offsets: hole"},
        Case{"overlap",
             file_of(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                     R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                     3),
             "\"b\": data_offsets: overlap"},
        Case{"same_range",
             file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                     R"("b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                     1),
             "overlap"},
        Case{"name_twice",
             file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                     R"("a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
                     2),
             "\"a\": the name comes twice"},
        Case{"trailing_data", file_of(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})", 2),
             "expected 1 bytes of data, found 2"},
        Case{"data_without_tensors", file_of("{}", 1), "expected 0 bytes of data, found 1"}),
    name_of);

TEST(Safetensors, ReadsTensorsInAnyOrderOfTheHeader) {
  const auto table = parse(file_of(R"({"__metadata__":{"format":"pt","":"x"},)"
                                   R"("b":{"dtype":"BF16","shape":[2,3],"data_offsets":[8,20]},)"
                                   R"("a":{"shape":[1],"data_offsets":[0,8],"dtype":"I64"}})",
                                   20));
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->tensors.size(), 2U);
  EXPECT_EQ(table->tensors[0].name, "a");
  EXPECT_EQ(table->tensors[0].dtype, Dtype::i64);
  EXPECT_EQ(table->tensors[1].name, "b");
  EXPECT_EQ(table->tensors[1].shape, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(table->tensors[1].begin, 8U);
  EXPECT_EQ(table->metadata.front(), (std::pair<std::string, std::string>("format", "pt")));
}

TEST(Safetensors, TakesEmptyFilesScalarsEmptyTensorsAndPadding) {
  EXPECT_TRUE(parse(file_of("{}", 0)));
  EXPECT_TRUE(parse(file_of("{}      ", 0)));
  EXPECT_TRUE(parse(file_of(R"({"scalar":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4)));
  EXPECT_TRUE(parse(file_of(R"({"none":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]},)"
                            R"("one":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                            R"("nothing":{"dtype":"U8","shape":[0],"data_offsets":[1,1]}})",
                            1)));
}

TEST(Safetensors, KnowsEveryDtypeByItsName) {
  int known = 0;
  for (const char* name : {"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2", "F8_E8M0", "F6_E2M3", "F6_E3M2", "F4",
                           "I64", "I32", "I16", "I8",   "U64",     "U32",     "U16",     "U8",      "BOOL",    "C64"}) {
    const auto dtype = dtype_named(name);
    ASSERT_TRUE(dtype) << name;
    EXPECT_EQ(to_string(*dtype), name);
    const std::string header = R"({"a":{"dtype":")" + std::string(name) + R"(","shape":[8],"data_offsets":[0,)" +
                               std::to_string(bits(*dtype)) + "]}}";
    EXPECT_TRUE(parse(file_of(header, bits(*dtype)))) << name;
    ++known;
  }
  EXPECT_EQ(known, 20);
}

// A header as large as the format allows, with as many values as fit, ends early and small.
TEST(Safetensors, HostileHeadersTakeNoMemory) {
  std::string header = "{\"a\":[";
  while (header.size() < 99'000'000) header += "0,";
  header += "0]}";
  const auto table = parse(file_of(header, 0));
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().code, ErrorCode::unsupported);
  EXPECT_THAT(table.error().message, HasSubstr("more than 1048576 values"));
}

TEST(Safetensors, MissingFileIsNotFound) {
  const auto file = SafetensorsFile::open("/nonexistent/model.safetensors");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::not_found);
  EXPECT_THAT(file.error().detail, HasSubstr("/nonexistent/model.safetensors"));
}

}  // namespace
}  // namespace akidb::embedding::model
