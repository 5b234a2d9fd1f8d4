// What the program reads beside models, over a corpus and mutants of it.
#include "fuzz/cli_bodies.hpp"
#include "fuzz/replay.hpp"

namespace akidb::embedding::test {
namespace {

INSTANTIATE_TEST_SUITE_P(, Replay,
                         testing::Values(Target{"records", fuzz_records}, Target{"config_file", fuzz_config_file},
                                         Target{"journal", fuzz_journal}, Target{"json", fuzz_json}),
                         name_of);

}  // namespace
}  // namespace akidb::embedding::test
