#include <array>
#include <filesystem>
#include <fstream>
#include <span>

#include "fuzz/bodies.hpp"
#include "model/onnx_external_data.hpp"
#include "model/relative_path.hpp"
#include "support/temporary_folder.hpp"

namespace akidb::embedding::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kName = "fuzz.onnx";

// A graph's folder with a data file, and files that a graph has no business with.
const fs::path& folder() {
  static const auto made = [] {
    static const TemporaryFolder root;
    const auto inside = root.path() / "model";
    fs::create_directories(inside / "sub");
    root.write("model/weights.bin", std::string(4096, 'w'));
    root.write("secret", std::string(4096, 's'));
    fs::create_symlink(root.path() / "secret", inside / "link.bin");
    fs::create_hard_link(root.path() / "secret", inside / "hard.bin");
    return inside;
  }();
  return made;
}

bool is_allowed(const model::OnnxExternalTensor& tensor) {
  std::string_view location = tensor.location;
  if (location.starts_with("./")) location.remove_prefix(2);
  return location == "weights.bin";
}

std::string check_error(const Error& error) {
  if (!error.message.starts_with(kName)) return "an error that does not name the file: " + error.message;
  if (error.code != ErrorCode::data_corrupt && error.code != ErrorCode::not_found) return "code: " + to_string(error);
  for (const char c : error.message) {
    if (c < ' ' || c > '~') return "a message with bytes that are no text";
  }
  return {};
}

}  // namespace

std::string fuzz_onnx(std::string_view text) {
  const auto facts = model::read_onnx_facts(std::as_bytes(std::span(text)), kName);
  if (!facts) return check_error(facts.error());
  const auto checked = model::check_onnx_external_data(folder() / kName, *facts);
  if (!checked) return check_error(checked.error());
  for (const auto& tensor : facts->external) {
    if (!is_allowed(tensor)) return "external data was let through: " + tensor.location;
  }
  return {};
}

}  // namespace akidb::embedding::test
