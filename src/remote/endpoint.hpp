// Where calls go.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string_view>

#include "net/url.hpp"
#include "remote/wire.hpp"

namespace akidb::embedding::remote {

// The URL of a format's calls at `endpoint`, which may hold a part of the format's path or all of it already:
// "http://host", "http://host/v1" and "http://host/v1/embeddings" are the same. Empty: where the maker offers it;
// invalid_argument where there is no such place, and for what is no URL.
Result<net::Url> call_url(const Wire& wire, std::string_view endpoint, std::string_view model);

}  // namespace akidb::embedding::remote
