// The files that an ONNX graph keeps its weights in, beside it.
#pragma once

#include <akidb/embedding/result.hpp>
#include <filesystem>

#include "model/onnx_facts.hpp"

namespace akidb::embedding::model {

// Refuses, before an engine sees the graph, external data that is not a plain file of the graph's own folder: a
// location that is empty, absolute, or leads out of the folder (".."), a symbolic link (but from one file of the hub's
// cache to another: where the graph is a link too, and both lead into one folder), a file with more names than
// one, a FIFO or other special file, a place (offset, length) that is no number, that the file does not have, or
// that is not of the tensor's size.
// Errors: data_corrupt with graph, tensor and what is wrong; not_found where the file is not there.
Result<void> check_onnx_external_data(const std::filesystem::path& graph, const OnnxFacts& facts);

}  // namespace akidb::embedding::model
