#include "model/modules.hpp"

#include <array>
#include <string_view>

#include "model/relative_path.hpp"

namespace akidb::embedding::model {
namespace {

using base::JsonValue;

constexpr std::string_view kPackage = "sentence_transformers.";

void add_transformer(Modules& modules, const std::string& path) { modules.transformer = path; }
void add_pooling(Modules& modules, const std::string& path) { modules.pooling = path; }
void add_normalize(Modules& modules, const std::string& /*path*/) { modules.normalize = true; }

// In the order in which they may come, each at most once.
struct ModuleKind {
  std::string_view class_name;
  void (*add)(Modules& modules, const std::string& path);
};
constexpr std::array kModules = {
    ModuleKind{"Transformer", add_transformer},
    ModuleKind{"Pooling", add_pooling},
    ModuleKind{"Normalize", add_normalize},
};

// Index in kModules, or its size.
std::size_t kind_of(std::string_view type) {
  if (!type.starts_with(kPackage)) return kModules.size();
  const auto class_name = type.substr(type.rfind('.') + 1);
  std::size_t index = 0;
  while (index < kModules.size() && kModules[index].class_name != class_name) ++index;
  return index;
}

Result<std::size_t> read_kind(const JsonValue& module, std::size_t next_kind) {
  const auto type = module.at("type");
  if (!type) return type.error();
  const auto text = type->as_string();
  if (!text) return text.error();
  const std::size_t kind = kind_of(*text);
  if (kind == kModules.size()) return type->unsupported("unknown module \"" + std::string(*text) + "\"");
  if (kind < next_kind || (next_kind == 0 && kind != 0)) {
    return type->unsupported("\"" + std::string(kModules[kind].class_name) +
                             "\" in this place: expected Transformer, Pooling, Normalize, in this order");
  }
  return kind;
}

Result<std::string> read_path(const JsonValue& module) {
  auto path = module.string_or("path", "");
  if (!path) return path;
  while (path->ends_with('/')) path->pop_back();
  if (!is_path_inside(*path)) {
    return module.corrupt("path: expected a path inside the model's folder, found \"" + *path + "\"");
  }
  return path;
}

}  // namespace

Result<Modules> read_modules(const JsonValue& root) {
  Modules modules;
  std::size_t next_kind = 0;
  auto outcome = root.for_each_element([&](std::size_t, const JsonValue& module) -> Result<void> {
    const auto kind = read_kind(module, next_kind);
    if (!kind) return kind.error();
    auto path = read_path(module);
    if (!path) return path.error();
    kModules[*kind].add(modules, *path);
    next_kind = *kind + 1;
    return {};
  });
  if (!outcome) return outcome.error();
  if (next_kind == 0) return root.corrupt("expected at least a Transformer module, found an empty list");
  return modules;
}

}  // namespace akidb::embedding::model
