#include "cli/flags/config_file.hpp"

#include "fuzz/cli_bodies.hpp"
#include "support/temporary_folder.hpp"

namespace akidb::embedding::test {

std::string fuzz_config_file(std::string_view bytes) {
  static const TemporaryFolder folder;
  const auto file = folder.write("config.toml", bytes);
  for (const auto command : {cli::Command::embed, cli::Command::serve}) {
    const auto config = cli::read_config(file, command);
    if (!config && config.error().code != ErrorCode::invalid_argument) return "code: " + to_string(config.error());
    if (!config && config.error().message.find("config.toml") == std::string::npos) {
      return "an error that does not name the file: " + config.error().message;
    }
    if (config && command != cli::Command::serve && !config->models.empty()) return "models of another command";
  }
  return {};
}

}  // namespace akidb::embedding::test
