// Which of a model's published ONNX files is taken.
#pragma once

#include <akidb/embedding/result.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace akidb::embedding::hub {

enum class WeightsType : std::uint8_t { automatic, fp32, fp16, int8 };

struct OnnxWish {
  WeightsType type = WeightsType::automatic;
  std::string file{};  // wins over `type`: "onnx/model_O4.onnx", "model_O4.onnx" or "model_O4"
};

struct OnnxChoice {
  std::string file;    // path in the repository
  std::string reason;  // one clause: "int8 for a CPU with avx512_vnni"
};

// From the paths of a repository; only those of its root and of its folder onnx count.
//
//   file            the one with that path, else the only one with that name
//   automatic, fp32 onnx/model.onnx, else model.onnx, else the only ONNX file that there is, unless it has a
//                   name of those below: another type is not taken without being asked for
//   fp16            model_fp16.onnx, else model_O4.onnx
//   int8            by the CPU, the first that is there:
//                     arm64         model_qint8_arm64.onnx
//                     avx512_vnni   model_qint8_avx512_vnni.onnx
//                     avx512f       model_qint8_avx512.onnx
//                     avx2          model_quint8_avx2.onnx
//                     any           model_quantized.onnx, model_int8.onnx, model_uint8.onnx
//
// A name in the folder onnx goes before the same in the root. `instruction_sets` are those of base/cpu_topology.hpp.
// Errors: not_found with the files that there are; invalid_argument where several fit and nothing decides.
Result<OnnxChoice> choose_onnx(const std::vector<std::string>& paths, const OnnxWish& wish,
                               std::span<const std::string> instruction_sets);

}  // namespace akidb::embedding::hub
