// run_server(): a server under the signals of its process.
#pragma once

#include <akidb/embedding/result.hpp>

#include "server/app/serve_options.hpp"

namespace akidb::embedding::server {

// Serves until `stop_descriptor` becomes readable, then drains. SIGHUP reloads. The error of the first model that
// could not be loaded at start, or of an address that could not be had.
Result<void> run_server(ServeOptions options, int stop_descriptor);

}  // namespace akidb::embedding::server
