// What RobertaProcessing does to places: white space at the ends of a token is not part of its place.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <string_view>

namespace akidb::embedding::tokenizer {

// Changes the places of an encoded text and of its overflow. With `add_prefix_space` one space at the very beginning
// stays.
void trim_offsets(Encoding& encoding, std::string_view text, bool add_prefix_space);

}  // namespace akidb::embedding::tokenizer
