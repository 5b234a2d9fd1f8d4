#include "model/architecture.hpp"

#include <array>

namespace akidb::embedding::model {
namespace {

constexpr std::array kArchitectures = {
    Architecture{.model_type = "bert", .prefix = "bert."},
};

}  // namespace

std::span<const Architecture> architectures() noexcept { return kArchitectures; }

const Architecture* find_architecture(std::string_view model_type) noexcept {
  for (const auto& row : kArchitectures) {
    if (row.model_type == model_type) return &row;
  }
  return nullptr;
}

std::string architecture_names() {
  std::string names;
  for (const auto& row : kArchitectures) names.append(names.empty() ? "" : ", ").append(row.model_type);
  return names;
}

}  // namespace akidb::embedding::model
