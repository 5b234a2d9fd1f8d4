// Which commands this build lacks: CMake defines AKIDB_EMBEDDING_HAS_... for this file, true or false.
#include "cli/flags/command.hpp"

namespace akidb::embedding::cli {
namespace {

constexpr bool kHub = AKIDB_EMBEDDING_HAS_HUB;
constexpr bool kConvert = AKIDB_EMBEDDING_HAS_CONVERT;
constexpr bool kQuantize = kConvert && AKIDB_EMBEDDING_HAS_ONNX;
constexpr bool kServer = AKIDB_EMBEDDING_HAS_SERVER;

}  // namespace

std::string_view absence_of(Command command) noexcept {
  switch (command) {
    case Command::pull:
      return kHub ? "" : "this build has no client of the model hub; build with -DAKIDB_EMBEDDING_HUB=ON";
    case Command::convert:
      return kConvert ? "" : "this build has no converter; build with -DAKIDB_EMBEDDING_CONVERT=ON";
    case Command::quantize:
      return kQuantize ? ""
                       : "this build cannot quantise; build with -DAKIDB_EMBEDDING_CONVERT=ON and "
                         "-DAKIDB_EMBEDDING_ONNX=ON";
    case Command::serve: return kServer ? "" : "this build has no server; build with -DAKIDB_EMBEDDING_SERVER=ON";
    default: return {};
  }
}

}  // namespace akidb::embedding::cli
