// What others said, without a secret in it: servers like to quote what they were sent.
#pragma once

#include <string>
#include <string_view>

namespace akidb::embedding::net {

// `words` with `name` wherever `secret` stood. An empty secret stands nowhere.
std::string masked(std::string words, std::string_view secret, std::string_view name);

}  // namespace akidb::embedding::net
