// Every body of what reaches the server, over its corpus and mutants of it: a row for each wire format.
#include "fuzz/replay.hpp"
#include "fuzz/server_bodies.hpp"

namespace akidb::embedding::test {
namespace {

INSTANTIATE_TEST_SUITE_P(, Replay,
                         testing::Values(Target{"http_request", fuzz_http_request}, Target{"http_head", fuzz_http_head},
                                         Target{"http_akidb", fuzz_http_body}, Target{"http_openai", fuzz_http_body},
                                         Target{"http_tei", fuzz_http_body}, Target{"http_cohere", fuzz_http_body},
                                         Target{"http_ollama", fuzz_http_body}, Target{"http_kserve", fuzz_http_body}),
                         name_of);

}  // namespace
}  // namespace akidb::embedding::test
