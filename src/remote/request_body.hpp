// The body of one call, as a wire format wants it.
#pragma once

#include <akidb/embedding/request.hpp>
#include <akidb/embedding/result.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include "remote/wire.hpp"

namespace akidb::embedding::remote {

// `unsupported` where the request asks for something that the format has no words for.
Result<void> check_expressible(const Wire& wire, const BatchEmbeddingRequest& request);

// JSON with inputs [first, last) of a request that is expressible.
std::string request_body(const Wire& wire, std::string_view model, const BatchEmbeddingRequest& request,
                         std::size_t first, std::size_t last);

}  // namespace akidb::embedding::remote
