#include "hub/onnx_choice.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace akidb::embedding::hub {
namespace {

struct Published {
  std::string_view instruction_set;  // that it was made for; empty: any
  std::string_view name;
};

constexpr std::array kInt8 = {
    Published{"asimd", "model_qint8_arm64.onnx"},
    Published{"avx512_vnni", "model_qint8_avx512_vnni.onnx"},
    Published{"avx512f", "model_qint8_avx512.onnx"},
    Published{"avx2", "model_quint8_avx2.onnx"},
    Published{"", "model_quantized.onnx"},
    Published{"", "model_int8.onnx"},
    Published{"", "model_uint8.onnx"},
};
constexpr std::array kFp16 = {Published{"", "model_fp16.onnx"}, Published{"", "model_O4.onnx"}};

constexpr std::string_view kFolder = "onnx/";

bool is_graph(std::string_view path) {
  if (path.starts_with(kFolder)) path.remove_prefix(kFolder.size());
  return path.ends_with(".onnx") && path.find('/') == std::string_view::npos;
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// Of a float32 graph by its name: "automatic".
WeightsType type_of(std::string_view path) {
  const auto is_it = [name = name_of(path)](const Published& row) { return row.name == name; };
  if (std::ranges::any_of(kInt8, is_it)) return WeightsType::int8;
  return std::ranges::any_of(kFp16, is_it) ? WeightsType::fp16 : WeightsType::automatic;
}

std::string listed(const std::vector<std::string>& paths) {
  std::string text;
  for (const auto& path : paths) text += (text.empty() ? "" : ", ") + path;
  return text.empty() ? "none" : text;
}

// In the folder onnx, else in the root.
std::optional<std::string> find(const std::vector<std::string>& graphs, std::string_view name) {
  for (const std::string& path : {std::string(kFolder).append(name), std::string(name)}) {
    if (std::ranges::find(graphs, path) != graphs.end()) return path;
  }
  return std::nullopt;
}

Error several(const std::string& what, const std::vector<std::string>& graphs) {
  return {
      ErrorCode::invalid_argument,
      what + ": expected one ONNX file that fits, found " + listed(graphs) + ": name one with onnx_file (--onnx-file)",
      {},
      {}};
}

Error none(const std::string& what, const std::vector<std::string>& graphs) {
  return {ErrorCode::not_found, what + ": the model has no such ONNX file; it has " + listed(graphs), {}, {}};
}

Result<OnnxChoice> by_name(const std::vector<std::string>& graphs, const std::string& wanted) {
  const std::string reason = "asked for";
  if (std::ranges::find(graphs, wanted) != graphs.end()) return OnnxChoice{wanted, reason};
  std::vector<std::string> fitting;
  std::ranges::copy_if(graphs, std::back_inserter(fitting), [&](const std::string& path) {
    return name_of(path) == wanted || name_of(path) == wanted + ".onnx";
  });
  if (fitting.size() == 1) return OnnxChoice{fitting.front(), reason};
  const std::string what = "onnx_file \"" + wanted + "\"";
  return fitting.empty() ? none(what, graphs) : several(what, fitting);
}

Result<OnnxChoice> plain(const std::vector<std::string>& graphs) {
  if (auto path = find(graphs, "model.onnx")) return OnnxChoice{*path, "the model's plain graph"};
  if (graphs.size() != 1) return graphs.empty() ? none("onnx", graphs) : several("onnx", graphs);
  const auto type = type_of(graphs.front());
  if (type == WeightsType::automatic) return OnnxChoice{graphs.front(), "the only ONNX file that the model has"};
  return Error{ErrorCode::not_found,
               "onnx: the model has no float32 ONNX file; it has " + graphs.front() + ", which --dtype " +
                   (type == WeightsType::int8 ? "int8" : "fp16") + " or --onnx-file takes",
               {},
               {}};
}

template <std::size_t N>
Result<OnnxChoice> by_table(const std::vector<std::string>& graphs, const std::array<Published, N>& table,
                            std::span<const std::string> sets, const std::string& type) {
  for (const auto& row : table) {
    const bool fits = row.instruction_set.empty() || std::ranges::find(sets, row.instruction_set) != sets.end();
    if (!fits) continue;
    if (auto path = find(graphs, row.name)) {
      return OnnxChoice{*path,
                        type + (row.instruction_set.empty() ? " for any CPU"
                                                            : " for a CPU with " + std::string(row.instruction_set))};
    }
  }
  return none("dtype " + type, graphs);
}

}  // namespace

Result<OnnxChoice> choose_onnx(const std::vector<std::string>& paths, const OnnxWish& wish,
                               std::span<const std::string> instruction_sets) {
  std::vector<std::string> graphs;
  std::ranges::copy_if(paths, std::back_inserter(graphs), is_graph);
  if (!wish.file.empty()) return by_name(graphs, wish.file);
  if (wish.type == WeightsType::int8) return by_table(graphs, kInt8, instruction_sets, "int8");
  if (wish.type == WeightsType::fp16) return by_table(graphs, kFp16, instruction_sets, "fp16");
  return plain(graphs);
}

}  // namespace akidb::embedding::hub
