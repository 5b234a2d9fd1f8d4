#include <cstdlib>
#include <string>
#include <vector>

#include "cli/run.hpp"
#include "cli/terminal/standard_streams.hpp"

int main(int count, char** words) {
  akidb::embedding::cli::hold_standard_streams();
  const std::vector<std::string> arguments(words + 1, words + count);
  return akidb::embedding::cli::run(arguments, [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): no other thread yet
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  });
}
