// From flags to the library's own options.
#pragma once

#include <akidb/embedding/hub.hpp>
#include <akidb/embedding/open.hpp>
#include <akidb/embedding/request.hpp>

#include "cli/flags/values.hpp"
#include "cli/input/record.hpp"
#include "cli/terminal/console.hpp"

namespace akidb::embedding::cli {

ProviderOptions provider_options(const Values& values);

ProviderKind provider_of(const Values& values);
Dtype dtype_of(const Values& values);
HubOptions hub_options(const Values& values);

// A request without inputs.
BatchEmbeddingRequest request_form(const Values& values);

// invalid_argument where the output, or the journal beside it, is the file that is read: either of them may be
// a standard stream. For commands that read --input or else standard input.
Result<void> check_other_file(const Values& values);

// The file of --input, else standard input; says so where that is a terminal and somebody may wonder.
Result<std::unique_ptr<ByteSource>> open_source(const Values& values, Console& console);

// Of a path, with the dot, in lower case.
std::string extension_of(const std::string& path);

// --input and what goes with it. "auto" is decided by the file's extension; one that is neither known nor
// plain text (.json, .npy, ...) is invalid_argument.
Result<std::unique_ptr<RecordReader>> open_records(const Values& values, bool keep_fields, Console& console);
Result<InputFormat> input_format(const Values& values);

}  // namespace akidb::embedding::cli
