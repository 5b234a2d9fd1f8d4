// The values of a command's flags, after the command line, the environment, the config file and the
// defaults had their say. Every value has been checked against its flag.
#pragma once

#include <akidb/embedding/result.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/flags/command.hpp"

namespace akidb::embedding::cli {

class Values {
 public:
  void set(std::string_view name, std::string value) { values_.insert_or_assign(std::string(name), std::move(value)); }

  // Empty where the flag was not given and has no default. A name must be that of a flag of the command.
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] std::uint64_t count(std::string_view name) const;  // 0 where there is none
  [[nodiscard]] bool on(std::string_view name) const { return text(name) == "true"; }

  // A toggle that may have been turned on, turned off, or left alone.
  [[nodiscard]] std::optional<bool> choice_of(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

// A model that the config file describes to `serve`.
struct ModelTable {
  std::string name = {};                           // empty: that of the model
  std::vector<std::string> aliases = {};           // other names that requests may use
  std::map<std::string, std::string> values = {};  // by flag, checked: in place of the command's
  std::map<std::string, std::string> prompts = {};
  std::string default_prompt = {};
};

struct Invocation {
  Command command;
  Values values;
  std::vector<std::string> arguments;   // what is no flag, in its order
  std::vector<ModelTable> models = {};  // empty where the command line or the environment names some

  // The same words once more, with what the environment and the config file say now.
  std::function<Result<Invocation>()> read_again = {};
};

}  // namespace akidb::embedding::cli
