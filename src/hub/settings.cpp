#include "hub/settings.hpp"

#include <algorithm>
#include <charconv>

#include "base/file.hpp"

namespace akidb::embedding::hub {
namespace {

constexpr std::size_t kMaxToken = 8192;
constexpr int kLongestTimeout = 3600;

bool is_on(const char* name, const Environment& environment) {
  auto text = environment(name).value_or("");
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text == "1" || text == "ON" || text == "YES" || text == "TRUE";
}

std::chrono::seconds seconds_in(const char* name, const Environment& environment, std::chrono::seconds otherwise) {
  const auto text = environment(name).value_or("");
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number > 0 ? std::chrono::seconds(std::min(number, kLongestTimeout)) : otherwise;
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

Result<void> find_token(const Environment& environment, HubSettings& settings) {
  if (is_on("HF_HUB_DISABLE_IMPLICIT_TOKEN", environment)) return {};
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    settings.token = without_blanks(environment(name).value_or(""));
    settings.token_from = name;
    if (!settings.token.empty()) break;
  }
  if (settings.token.empty()) {
    const auto file = path_in("HF_TOKEN_PATH", environment).value_or(hub_home(environment) / "token");
    const auto text = base::read_file(file, kMaxToken);
    if (!text && text.error().code != ErrorCode::not_found) return text.error();
    if (text) settings.token = without_blanks(*text);
    settings.token_from = "the token file";
  }
  const bool plain = std::ranges::all_of(settings.token, [](char c) { return c > ' ' && c < '\x7F'; });
  if (plain) return {};
  return Error{ErrorCode::invalid_argument,
               settings.token_from + ": expected a token of plain characters without blanks, found others",
               {},
               {}};
}

}  // namespace

Result<HubSettings> hub_settings(const Environment& environment) {
  HubSettings settings;
  if (auto endpoint = environment("HF_ENDPOINT")) {
    settings.endpoint = *endpoint;
    settings.endpoint_is_set = true;
    while (settings.endpoint.ends_with('/')) settings.endpoint.pop_back();
  }
  settings.offline = is_on("HF_HUB_OFFLINE", environment) || is_on("TRANSFORMERS_OFFLINE", environment);
  settings.symlinks = !is_on("HF_HUB_DISABLE_SYMLINKS", environment);
  settings.answer_timeout = seconds_in("HF_HUB_ETAG_TIMEOUT", environment, settings.answer_timeout);
  settings.download_timeout = seconds_in("HF_HUB_DOWNLOAD_TIMEOUT", environment, settings.download_timeout);
  if (settings.offline) return settings;
  if (auto found = find_token(environment, settings); !found) return found.error();
  return settings;
}

}  // namespace akidb::embedding::hub
