// This library behind the line protocol of bench/peers: a JSON object a line on stdin, an answer a line on
// stdout. The protocol is described in bench/peers/README.md.
//
// usage: peer-adapter [MODEL [DTYPE [DEVICE [PROVIDER]]]]
//
// MODEL (id, folder or .onnx file) goes before the folder that a request names; DTYPE is auto, fp32, fp32-highest or
// fp32-high (as --matmul-precision has them), bf16, fp16 or int8.
#include <akidb/embedding/open.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "base/json.hpp"

namespace {

using namespace akidb::embedding;
using Clock = std::chrono::steady_clock;

void append_number(std::string& out, double number) {
  std::array<char, 32> buffer{};
  const auto written = std::to_chars(buffer.begin(), buffer.end(), number);
  out.append(buffer.begin(), written.ptr);
}

void append_number(std::string& out, float number) {
  std::array<char, 32> buffer{};
  const auto written = std::to_chars(buffer.begin(), buffer.end(), number);
  out.append(buffer.begin(), written.ptr);
}

// Text of our own and of error messages; what is below U+0020 becomes a space.
std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + '"';
}

void append_vectors(std::string& out, const Embeddings& embeddings) {
  out += ",\"vectors\":[";
  for (std::size_t row = 0; row < embeddings.rows(); ++row) {
    out += row == 0 ? "[" : ",[";
    for (std::size_t i = 0; i < embeddings.dimension(); ++i) {
      if (i > 0) out += ',';
      append_number(out, embeddings.row(row)[i]);
    }
    out += ']';
  }
  out += ']';
}

std::string seconds_since(Clock::time_point start) {
  std::string out = "{\"ok\":true,\"seconds\":";
  append_number(out, std::chrono::duration<double>(Clock::now() - start).count());
  return out;
}

Dtype dtype_of(std::string_view name) {
  return name.starts_with("fp32") ? Dtype::fp32
         : name == "bf16"         ? Dtype::bf16
         : name == "fp16"         ? Dtype::fp16
         : name == "int8"         ? Dtype::int8
                                  : Dtype::automatic;
}

MatmulPrecision matmul_precision_of(std::string_view dtype) {
  return dtype == "fp32-highest" ? MatmulPrecision::highest
         : dtype == "fp32-high"  ? MatmulPrecision::high
                                 : MatmulPrecision::automatic;
}

ProviderKind provider_of(std::string_view name) {
  return name == "onnx"     ? ProviderKind::onnx
         : name == "native" ? ProviderKind::native
         : name == "mlx"    ? ProviderKind::mlx
                            : ProviderKind::automatic;
}

class Adapter {
 public:
  // Of `options`, the threads are the request's, and so is the model where none is named.
  Adapter(ProviderOptions options, bool is_named) : options_(std::move(options)), is_named_(is_named) {}

  // The answer to one line.
  std::string answer(const std::string& line) {
    auto answered = base::JsonDocument::parse(line, "request").and_then([&](const base::JsonDocument& request) {
      return dispatch(request.root());
    });
    if (answered) return std::move(*answered);
    return "{\"ok\":false,\"error\":" + json_string(to_string(answered.error())) + '}';
  }

 private:
  Result<std::string> dispatch(const base::JsonValue& request) {
    const auto operation = request.string_or("op", "");
    if (!operation) return operation.error();
    if (*operation == "load") return load(request);
    if (*operation == "embed") return embed(request);
    return Error{.code = ErrorCode::invalid_argument,
                 .message = "op: expected load or embed, got '" + *operation + "'"};
  }

  Result<std::string> load(const base::JsonValue& request) {
    const auto start = Clock::now();
    const auto folder = request.string_or("model", "");
    if (!folder) return folder.error();
    const auto threads = request.uint_or("threads", 0);
    if (!threads) return threads.error();

    ProviderOptions options = options_;
    if (!is_named_) options.model = *folder;
    options.threads = static_cast<std::uint32_t>(*threads);
    auto opened = open(options);
    if (!opened) return opened.error();
    provider_ = std::move(*opened);
    const auto info = provider_->model_info();
    if (!info) return info.error();
    return seconds_since(start) + ",\"name\":\"akidb-embedding\",\"version\":" +
           json_string(info->runtime + ", " + info->device + ", " + info->dtype) + '}';
  }

  Result<std::string> embed(const base::JsonValue& request) {
    if (!provider_) return Error{.code = ErrorCode::invalid_argument, .message = "op: embed before load"};
    auto inputs = texts(request);
    if (!inputs) return inputs.error();
    const auto wanted = request.bool_or("return", false);
    if (!wanted) return wanted.error();

    const auto start = Clock::now();
    const auto response = provider_->embed_batch({.inputs = std::move(*inputs)});
    if (!response) return response.error();
    auto out = seconds_since(start);
    if (*wanted) append_vectors(out, response->embeddings);
    return out + '}';
  }

  static Result<std::vector<Input>> texts(const base::JsonValue& request) {
    const auto array = request.at("texts");
    if (!array) return array.error();
    std::vector<Input> inputs;
    inputs.reserve(array->size());
    const auto done = array->for_each_element([&](std::size_t, const base::JsonValue& value) -> Result<void> {
      const auto text = value.as_string();
      if (!text) return text.error();
      inputs.emplace_back(*text);
      return {};
    });
    if (!done) return done.error();
    return inputs;
  }

  ProviderOptions options_;
  bool is_named_;
  std::unique_ptr<EmbeddingProvider> provider_;
};

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  ProviderOptions options;
  if (argc > 1) options.model = argv[1];
  if (argc > 2) {
    options.dtype = dtype_of(argv[2]);
    options.matmul_precision = matmul_precision_of(argv[2]);
  }
  if (argc > 3) options.device = argv[3];
  if (argc > 4) options.provider = provider_of(argv[4]);
  Adapter adapter(std::move(options), argc > 1);
  for (std::string line; std::getline(std::cin, line);) std::cout << adapter.answer(line) << std::endl;
}
