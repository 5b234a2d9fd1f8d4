// libFuzzer's entry to one body: AKIDB_FUZZ_BODY of the header AKIDB_FUZZ_HEADER.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include AKIDB_FUZZ_HEADER

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string problem = akidb::embedding::AKIDB_FUZZ_BODY({reinterpret_cast<const char*>(data), size});
  if (problem.empty()) return 0;
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}
