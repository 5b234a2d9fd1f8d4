// What a wire format calls the fields of an embedding request, for errors about them.
#pragma once

#include <akidb/embedding/error.hpp>
#include <string_view>

namespace akidb::embedding::server {

// Of static storage.
struct FieldNames {
  std::string_view inputs = "inputs";
  std::string_view first_input =
      {};                    // not empty: the first input has this field of its own, and the others count from 0
  bool is_one_text = false;  // the field holds a text, never a list
  std::string_view dimensions = "dimensions";
};

// Renames the field that the error's message begins with.
void use_names(const FieldNames& names, Error& error);

}  // namespace akidb::embedding::server
