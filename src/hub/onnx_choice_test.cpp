#include "hub/onnx_choice.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace akidb::embedding::hub {
namespace {

using testing::HasSubstr;
using Paths = std::vector<std::string>;

const Paths kPublished = {"config.json",
                          "onnx/model.onnx",
                          "onnx/model_O1.onnx",
                          "onnx/model_O4.onnx",
                          "onnx/model_qint8_arm64.onnx",
                          "onnx/model_qint8_avx512.onnx",
                          "onnx/model_qint8_avx512_vnni.onnx",
                          "onnx/model_quint8_avx2.onnx",
                          "openvino/model.onnx"};

struct Case {
  Paths paths;
  WeightsType type;
  const char* wanted;
  Paths sets;
  const char* file;    // expected; or null
  const char* reason;  // part of it, or of the error
};

TEST(OnnxChoice, FollowsTheTable) {
  constexpr auto kAny = WeightsType::automatic;
  const Paths vnni = {"avx2", "fma", "avx512f", "avx512_vnni"};
  const std::vector<Case> cases = {
      {kPublished, kAny, "", vnni, "onnx/model.onnx", "plain"},
      {kPublished, WeightsType::fp32, "", {}, "onnx/model.onnx", "plain"},
      {{"model.onnx"}, kAny, "", {}, "model.onnx", "plain"},
      {{"model.onnx", "onnx/model.onnx"}, kAny, "", {}, "onnx/model.onnx", "plain"},
      {{"onnx/encoder.onnx"}, kAny, "", {}, "onnx/encoder.onnx", "only"},
      {{"onnx/model_qint8_avx512_vnni.onnx"}, kAny, "", vnni, nullptr, "which --dtype int8"},
      {{"onnx/model_O4.onnx"}, WeightsType::fp32, "", {}, nullptr, "which --dtype fp16"},
      {{"onnx/a.onnx", "onnx/b.onnx"}, kAny, "", {}, nullptr, "onnx/a.onnx, onnx/b.onnx"},
      {{"config.json"}, kAny, "", {}, nullptr, "it has none"},
      {kPublished, WeightsType::int8, "", vnni, "onnx/model_qint8_avx512_vnni.onnx", "avx512_vnni"},
      {kPublished, WeightsType::int8, "", {"avx2", "avx512f"}, "onnx/model_qint8_avx512.onnx", "avx512f"},
      {kPublished, WeightsType::int8, "", {"avx2", "avx_vnni"}, "onnx/model_quint8_avx2.onnx", "avx2"},
      {kPublished, WeightsType::int8, "", {"asimd"}, "onnx/model_qint8_arm64.onnx", "asimd"},
      {kPublished, WeightsType::int8, "", {}, nullptr, "dtype int8"},
      {{"onnx/model_quantized.onnx", "onnx/model_uint8.onnx"},
       WeightsType::int8,
       "",
       {},
       "onnx/model_quantized.onnx",
       "any CPU"},
      {kPublished, WeightsType::fp16, "", {}, "onnx/model_O4.onnx", "fp16"},
      {{"onnx/model_fp16.onnx", "onnx/model_O4.onnx"}, WeightsType::fp16, "", {}, "onnx/model_fp16.onnx", "fp16"},
      {{"onnx/model.onnx"}, WeightsType::fp16, "", {}, nullptr, "dtype fp16"},
      {kPublished, WeightsType::int8, "onnx/model_O1.onnx", vnni, "onnx/model_O1.onnx", "asked for"},
      {kPublished, kAny, "model_O1", vnni, "onnx/model_O1.onnx", "asked for"},
      {kPublished, kAny, "model_O1.onnx", vnni, "onnx/model_O1.onnx", "asked for"},
      {{"model.onnx", "onnx/model.onnx"}, kAny, "model", {}, nullptr, "expected one ONNX file"},
      {{"model.onnx", "onnx/model.onnx"}, kAny, "model.onnx", {}, "model.onnx", "asked for"},
      {kPublished, kAny, "openvino/model.onnx", {}, nullptr, "no such ONNX file"},
      {kPublished, kAny, "../model.onnx", {}, nullptr, "no such ONNX file"},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto choice = choose_onnx(cases[i].paths, {cases[i].type, cases[i].wanted}, cases[i].sets);
    ASSERT_EQ(choice.has_value(), cases[i].file != nullptr) << i;
    if (choice) {
      EXPECT_EQ(choice->file, cases[i].file) << i;
      EXPECT_THAT(choice->reason, HasSubstr(cases[i].reason)) << i;
    } else {
      EXPECT_THAT(choice.error().message, HasSubstr(cases[i].reason)) << i;
    }
  }
}

}  // namespace
}  // namespace akidb::embedding::hub
