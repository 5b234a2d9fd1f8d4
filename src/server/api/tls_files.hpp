// What is in the files of TlsOptions.
#pragma once

#include <akidb/embedding/result.hpp>
#include <string>

#include "server/api/tls_options.hpp"

namespace akidb::embedding::server {

struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string client_ca;  // empty where none is named
};

// invalid_argument names the flag of a file that cannot be read, is no regular file or has more than 1 MiB. Never
// waits, as to open a FIFO would.
Result<TlsFiles> read_tls_files(const TlsOptions& options);

// `flag`: of the file that is at fault.
Error cannot_use(const std::string& flag, const std::filesystem::path& file, const std::string& why);

}  // namespace akidb::embedding::server
