// What hubs and other servers answer, over a corpus and mutants of it.
#include "fuzz/bodies.hpp"
#include "fuzz/replay.hpp"

namespace akidb::embedding::test {
namespace {

INSTANTIATE_TEST_SUITE_P(, Replay,
                         testing::Values(Target{"hub_answer", fuzz_hub_answer},
                                         Target{"remote_answer", fuzz_remote_answer}, Target{"url", fuzz_url}),
                         name_of);

}  // namespace
}  // namespace akidb::embedding::test
