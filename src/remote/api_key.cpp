#include "remote/api_key.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/file.hpp"

namespace akidb::embedding::remote {
namespace {

constexpr std::size_t kMostBytes = 16'384;

std::string variable(std::string_view name) {
  const char* const value =
      std::getenv(std::string(name).c_str());  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
  return value == nullptr ? "" : value;
}

std::string trimmed(const std::string& text) {
  constexpr const char* kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

Result<std::string> checked(std::string key, const std::string& place) {
  key = trimmed(key);
  if (key.empty()) {
    return Error{ErrorCode::unauthenticated, "key: expected one in " + place + ", found nothing", {}, {}};
  }
  if (!std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7F; })) {
    return Error{ErrorCode::invalid_argument,
                 "key: the one in " + place + " holds characters that no HTTP header can carry",
                 {},
                 {}};
  }
  return key;
}

}  // namespace

Result<std::string> find_key(const RemoteOptions& options, const Wire& wire) {
  if (!options.key_file.empty() && !options.key_variable.empty()) {
    return Error{ErrorCode::invalid_argument, "key: expected a file or a variable, found both named", {}, {}};
  }
  if (!options.key_file.empty()) {
    auto content = base::read_file(options.key_file, kMostBytes);
    if (!content) return content;
    return checked(*std::move(content), "the file " + options.key_file.filename().string());
  }
  if (!options.key_variable.empty()) {
    return checked(variable(options.key_variable), "the environment variable " + options.key_variable);
  }
  if (options.endpoint.empty() && !wire.key_variable.empty()) {
    if (auto key = variable(wire.key_variable); !key.empty()) {
      return checked(std::move(key), "the environment variable " + std::string(wire.key_variable));
    }
  }
  return std::string();
}

}  // namespace akidb::embedding::remote
