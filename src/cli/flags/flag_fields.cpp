#include "cli/flags/flag_fields.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "cli/flags/flag.hpp"

namespace akidb::embedding::cli {
namespace {

bool has_flag(Command command, std::string_view name) {
  const Flag* const flag = find_flag(name);
  return flag != nullptr && takes(command, *flag);
}

// The flag that sets a field; empty where none does.
std::string flag_of(std::string_view field, Command command) {
  std::string name(field);
  std::replace(name.begin(), name.end(), '_', '-');
  // A request's field; --output is a file's name.
  if (name == "output" && has_flag(command, "output-kind")) name = "output-kind";
  return has_flag(command, name) ? name : std::string();
}

}  // namespace

Error in_flag_names(Error error, Command command) {
  if (error.code != ErrorCode::invalid_argument && error.code != ErrorCode::unsupported) return error;
  const auto colon = error.message.find(": ");
  if (colon == std::string::npos) return error;
  const std::string flag = flag_of(std::string_view(error.message).substr(0, colon), command);
  if (!flag.empty()) error.message.replace(0, colon, "--" + flag);
  return error;
}

}  // namespace akidb::embedding::cli
