// The body of an error, as each wire family writes it.
#pragma once

#include <string>

#include "server/api/family.hpp"

namespace akidb::embedding::server {

// Never holds the error's detail.
std::string error_body(Family family, int status, const Refusal& refusal);

}  // namespace akidb::embedding::server
