// What the tests beside this file need of the library itself.
//
//   hub_tool make_model FOLDER SEED       writes a small BERT model, as the hub has them
//   hub_tool download_onnx MODEL PATH     download_onnx_model()
//   hub_tool tokenize MODEL TEXT          load_tokenizer_by_id(), then the ids of the text
#include <akidb/embedding/hub.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/tiny_bert.hpp"

namespace {

using akidb::embedding::error_code_info;

int fail(const akidb::embedding::Error& error) {
  std::fprintf(stderr, "%s\n", to_string(error).c_str());
  return error_code_info(error.code).exit_code;
}

int make_model(const char* folder, const char* seed) {
  akidb::embedding::test::TinyBert tiny;
  tiny.seed = std::strtoull(seed, nullptr, 10);
  akidb::embedding::test::write_tiny_bert(folder, tiny);
  return 0;
}

int download_onnx(const char* model, const char* path) {
  const auto outcome = akidb::embedding::download_onnx_model(model, path);
  return outcome ? 0 : fail(outcome.error());
}

int tokenize(const char* model, const char* text) {
  const auto tokenizer = akidb::embedding::load_tokenizer_by_id(model);
  if (!tokenizer) return fail(tokenizer.error());
  std::vector<std::uint32_t> ids;
  if (const auto encoded = (*tokenizer)->encode_ids(text, true, ids); !encoded) return fail(encoded.error());
  for (const auto id : ids) std::printf("%u ", id);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) return 2;
  const std::string command = words[1];
  if (command == "make_model") return make_model(words[2], words[3]);
  if (command == "download_onnx") return download_onnx(words[2], words[3]);
  return command == "tokenize" ? tokenize(words[2], words[3]) : 2;
}
