// The messages of gRPC, over a corpus and mutants of it.
#include "fuzz/replay.hpp"
#include "fuzz/server_bodies.hpp"

namespace akidb::embedding::test {
namespace {

INSTANTIATE_TEST_SUITE_P(, Replay,
                         testing::Values(Target{"grpc_akidb", fuzz_grpc_message}, Target{"grpc_tei", fuzz_grpc_message},
                                         Target{"grpc_kserve", fuzz_grpc_message}),
                         name_of);

}  // namespace
}  // namespace akidb::embedding::test
