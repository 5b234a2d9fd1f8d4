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

// One JSON document, given to every reader of what a hub says: safe paths and names of blobs, or an error that names
// the document. In builds with the hub.
std::string fuzz_hub_answer(std::string_view bytes);

// The answer of another server to two inputs, in each wire format: two rows of finite values, or an error; its words
// of an error are a short line of text. In builds with the remote provider.
std::string fuzz_remote_answer(std::string_view bytes);

// A URL in a line of its own, then a location that it redirects to: what is taken is read again as the same origin. In
// builds with libcurl.
std::string fuzz_url(std::string_view bytes);

}  // namespace akidb::embedding::test
