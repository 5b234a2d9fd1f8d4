#include "model/onnx_facts.hpp"

#include <array>
#include <limits>

#include "base/lfs_pointer.hpp"
#include "base/mmap_file.hpp"
#include "model/wire_reader.hpp"

namespace akidb::embedding::model {
namespace {

using Bytes = std::span<const std::byte>;
using Field = WireReader::Field;

// Messages inside messages, deeper than any exporter nests graphs in attributes.
constexpr int kDeepest = 64;

// ONNX's messages that hold tensors or nodes, however deep. A field of a message is a message of its own:
enum class Message : std::uint8_t { model, graph, node, attribute, training, function, sparse, tensor };

struct Inside {
  Message message;
  std::uint32_t field;
  Message holds;
};

constexpr std::array kInside = {
    Inside{Message::model, 7, Message::graph},          // graph
    Inside{Message::model, 20, Message::training},      // training_info
    Inside{Message::model, 25, Message::function},      // functions
    Inside{Message::training, 1, Message::graph},       // initialization
    Inside{Message::training, 2, Message::graph},       // algorithm
    Inside{Message::function, 7, Message::node},        // node
    Inside{Message::function, 11, Message::attribute},  // attribute_proto
    Inside{Message::graph, 1, Message::node},           // node
    Inside{Message::graph, 5, Message::tensor},         // initializer
    Inside{Message::graph, 15, Message::sparse},        // sparse_initializer
    Inside{Message::node, 5, Message::attribute},       // attribute
    Inside{Message::attribute, 5, Message::tensor},     // t
    Inside{Message::attribute, 6, Message::graph},      // g
    Inside{Message::attribute, 10, Message::tensor},    // tensors
    Inside{Message::attribute, 11, Message::graph},     // graphs
    Inside{Message::attribute, 22, Message::sparse},    // sparse_tensor
    Inside{Message::attribute, 23, Message::sparse},    // sparse_tensors
    Inside{Message::sparse, 1, Message::tensor},        // values
    Inside{Message::sparse, 2, Message::tensor},        // indices
};

constexpr std::uint32_t kOpsetImport = 8;  // of a model
constexpr std::uint32_t kOpType = 4;       // of a node

// Of a tensor.
constexpr std::uint32_t kDims = 1;
constexpr std::uint32_t kDataType = 2;
constexpr std::uint32_t kName = 8;
constexpr std::uint32_t kExternalData = 13;

// ONNX's element types that matter here, and the bits of each.
constexpr std::int32_t kFloat = 1;
constexpr std::int32_t kUint8 = 2;
constexpr std::int32_t kInt8 = 3;
constexpr std::int32_t kFloat16 = 10;
constexpr std::int32_t kBfloat16 = 16;
constexpr std::array<std::uint8_t, 24> kBits = {0,  32, 8,  8,   16, 16, 32, 64, 0, 8, 16, 64,
                                                32, 64, 64, 128, 16, 8,  8,  8,  8, 4, 4,  4};

std::optional<std::uint64_t> size_of(const std::vector<std::uint64_t>& shape, std::int32_t type) {
  const auto at = static_cast<std::size_t>(type);
  if (type < 0 || at >= kBits.size() || kBits[at] == 0) return std::nullopt;
  std::uint64_t bits = kBits[at];
  for (const auto extent : shape) {
    if (extent > std::numeric_limits<std::int64_t>::max()) return std::nullopt;
    if (extent != 0 && bits > std::numeric_limits<std::uint64_t>::max() / extent) return std::nullopt;
    bits *= extent;
  }
  return bits / 8 + (bits % 8 != 0 ? 1 : 0);
}

class Scanner {
 public:
  bool scan(Message message, Bytes bytes, int depth) {
    if (depth > kDeepest) return false;
    if (message == Message::tensor) return tensor(bytes);
    WireReader reader(bytes);
    while (const auto field = reader.next()) {
      if (field->type != WireReader::Type::bytes) continue;
      if (message == Message::model && field->number == kOpsetImport && !opset(field->bytes)) return false;
      if (message == Message::node && field->number == kOpType) facts_.operators.emplace(text_of(field->bytes));
      for (const auto& inside : kInside) {
        if (inside.message != message || inside.field != field->number) continue;
        if (inside.holds == Message::graph) graphs_ = true;
        if (!scan(inside.holds, field->bytes, depth + 1)) return false;
      }
    }
    return reader.ok();
  }

  [[nodiscard]] bool has_graph() const { return graphs_; }
  OnnxFacts take() { return std::move(facts_); }

 private:
  bool opset(Bytes bytes) {
    WireReader reader(bytes);
    std::string_view domain;
    std::int64_t version = 0;
    while (const auto field = reader.next()) {
      if (field->number == 1) domain = text_of(field->bytes);
      if (field->number == 2) version = static_cast<std::int64_t>(field->integer);
    }
    if (domain.empty() || domain == "ai.onnx") facts_.opset = version;
    return reader.ok();
  }

  bool tensor(Bytes bytes) {
    OnnxExternalTensor external;
    std::vector<std::uint64_t> shape;
    std::int32_t type = 0;
    bool is_external = false;
    WireReader reader(bytes);
    while (const auto field = reader.next()) {
      switch (field->number) {
        case kDims:
          if (!extents(*field, shape)) return false;
          break;
        case kDataType: type = static_cast<std::int32_t>(field->integer); break;
        case kName: external.name = text_of(field->bytes); break;
        case kExternalData:
          if (!entry(field->bytes, external)) return false;
          is_external = true;
          break;
        default: break;
      }
    }
    external.bytes = size_of(shape, type);
    facts_.elements[type] += external.bytes.value_or(0);
    if (is_external) facts_.external.push_back(std::move(external));
    return reader.ok();
  }

  // One extent, or all of them in one field.
  static bool extents(const Field& field, std::vector<std::uint64_t>& shape) {
    if (field.type == WireReader::Type::varint) {
      shape.push_back(field.integer);
      return true;
    }
    WireReader packed(field.bytes);
    std::size_t most = field.bytes.size();
    while (most-- > 0) {
      const auto extent = packed.varint();
      if (!extent) break;
      shape.push_back(*extent);
    }
    return true;
  }

  static bool entry(Bytes bytes, OnnxExternalTensor& external) {
    WireReader reader(bytes);
    std::string_view key;
    std::string_view value;
    while (const auto field = reader.next()) {
      if (field->number == 1) key = text_of(field->bytes);
      if (field->number == 2) value = text_of(field->bytes);
    }
    if (key == "location") external.location = value;
    if (key == "offset") external.offset = value;
    if (key == "length") external.length = value;
    return reader.ok();
  }

  OnnxFacts facts_;
  bool graphs_ = false;
};

}  // namespace

Result<OnnxFacts> read_onnx_facts(std::span<const std::byte> bytes, std::string_view name) {
  Scanner scanner;
  if (scanner.scan(Message::model, bytes, 0) && scanner.has_graph()) return scanner.take();
  const bool is_pointer = base::is_lfs_pointer({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  return Error{ErrorCode::data_corrupt,
               std::string(name) + ": " +
                   (is_pointer ? std::string(base::kLfsPointer)
                               : "expected an ONNX graph, found something else, or a part of one"),
               {},
               {}};
}

Result<OnnxFacts> read_onnx_facts(const std::filesystem::path& file) {
  const auto mapped = base::MmapFile::open(file);
  if (!mapped) return mapped.error();
  auto facts = read_onnx_facts(mapped->bytes(), file.filename().string());
  if (!facts) facts.error().detail = file.string();
  return facts;
}

GraphDtype dtype_of(const OnnxFacts& facts) {
  for (const auto* op : {"DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"}) {
    if (facts.operators.contains(op)) return GraphDtype::int8_dynamic;
  }
  const auto bytes_of = [&](std::int32_t type) {
    const auto found = facts.elements.find(type);
    return found == facts.elements.end() ? std::uint64_t{0} : found->second;
  };
  for (const auto* op :
       {"QLinearMatMul", "DequantizeLinear", "MatMulInteger", "MatMulIntegerToFloat", "QAttention", "QGemm"}) {
    if (facts.operators.contains(op) && bytes_of(kInt8) + bytes_of(kUint8) > 0) return GraphDtype::int8;
  }
  if (bytes_of(kFloat16) > bytes_of(kFloat)) return GraphDtype::fp16;
  if (bytes_of(kBfloat16) > bytes_of(kFloat)) return GraphDtype::bf16;
  return GraphDtype::fp32;
}

std::string_view name_of(GraphDtype dtype) {
  switch (dtype) {
    case GraphDtype::fp32: return "fp32";
    case GraphDtype::fp16: return "fp16";
    case GraphDtype::bf16: return "bf16";
    case GraphDtype::int8:
    case GraphDtype::int8_dynamic: break;
  }
  return "int8";
}

}  // namespace akidb::embedding::model
