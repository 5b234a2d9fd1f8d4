// What ONNX Runtime says of an error, for people who do not build it.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::backend::onnx {

// Its words on one line, without places in its sources and the signatures of its functions.
std::string error_words(std::string_view raw);

}  // namespace akidb::embedding::backend::onnx
