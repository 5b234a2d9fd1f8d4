#include "graph/model_key.hpp"

#include "base/sha256.hpp"
#include "model/model_identity.hpp"

namespace akidb::embedding::graph {
namespace {

// Goes up with every change to the graphs that are written.
constexpr int kConverterVersion = 2;

}  // namespace

Result<std::string> model_key(const model::ModelFolder& model) {
  const auto identity = model::model_identity(model);
  if (!identity) return identity.error();
  return base::sha256_hex("akidb-embedding converter " + std::to_string(kConverterVersion) + "\n" + *identity);
}

}  // namespace akidb::embedding::graph
