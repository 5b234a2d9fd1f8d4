// The values of a command's flags, after the command line, the environment, the config file and the
// defaults had their say. Every value has been checked against its flag.
#pragma once

#include <cstdint>
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

struct Invocation {
  Command command;
  Values values;
  std::vector<std::string> arguments;  // what is no flag, in its order
};

}  // namespace akidb::embedding::cli
