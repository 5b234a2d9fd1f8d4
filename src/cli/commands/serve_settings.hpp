// The settings that `serve` runs by, for whoever runs it.
#pragma once

#include <string>
#include <vector>

#include "cli/flags/values.hpp"

namespace akidb::embedding::cli {

enum class Reader {
  terminal,  // sees paths in full
  client,    // sees the last part of a path
};

// {"serve":{...},"models":[{...},...]}: every setting that has a value, whatever it came from. Secrets are "***".
std::string settings_json(const std::vector<ModelTable>& tables, const Values& common, Reader reader);

// Names of the settings that a reload cannot change and that differ between the two, with commas; empty: none.
std::string changed_for_next_start(const Values& before, const Values& after);

// What a server that was started with `before` runs by once it has read `after`.
Values in_effect(const Values& before, Values after);

}  // namespace akidb::embedding::cli
