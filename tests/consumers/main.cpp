// What a project that uses the installed library may look like. It needs no model: the hash provider stands in.
#include <akidb/embedding/open.hpp>
#include <cstdio>

int main() {
  auto provider = akidb::embedding::open({.provider = akidb::embedding::ProviderKind::hash});
  if (!provider) {
    std::fprintf(stderr, "%s\n", provider.error().message.c_str());
    return 1;
  }
  akidb::embedding::BatchEmbeddingRequest request;
  request.inputs = {"hello world", "goodbye"};
  auto response = (*provider)->embed_batch(std::move(request));
  if (!response || response->embeddings.rows() != 2) return 1;
  std::printf("%zu values\n", response->embeddings.row(1).size());
}
