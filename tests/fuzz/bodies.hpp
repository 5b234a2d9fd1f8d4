// What must hold for any bytes that a reader is given. A body returns what did not hold, or the empty
// text; a fuzzing engine's entry calls it and aborts on anything else, and the unit tests call it over
// the corpus and its mutants.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::test {

// A safetensors file: accepted with tensors that lie in the file side by side, or an error that names it.
std::string fuzz_safetensors(std::string_view bytes);

// One JSON document, given to every reader of a model's configuration files: accepted with values in
// their bounds, or an error that names the file.
std::string fuzz_model_config(std::string_view bytes);

// An ONNX file: accepted with external data in the one file that a graph of this folder may have, or an error that
// names it.
std::string fuzz_onnx(std::string_view bytes);

}  // namespace akidb::embedding::test
