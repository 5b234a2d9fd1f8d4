// The table of methods: data that dispatch, metrics, reflection, documentation and tests read.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "server/api/family.hpp"

namespace akidb::embedding::server {

class Turn;
using TurnPtr = std::shared_ptr<Turn>;

enum class Shape : std::uint8_t {
  unary,      // one message, one answer
  streaming,  // an answer to each message, in their order
  watch,      // one message, an answer now and at each change
};

struct Method {
  std::string_view path;  // "/package.Service/Method"
  Family family;
  Shape shape;
  bool open;             // without a key, even where keys are set
  std::uint32_t window;  // the most messages of a call that are read and not answered
  void (*handle)(const TurnPtr& turn);
};

std::span<const Method> method_table() noexcept;

// "package.Service" of a path.
std::string_view service_of(std::string_view path) noexcept;

}  // namespace akidb::embedding::server
