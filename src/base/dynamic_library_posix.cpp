#include <dlfcn.h>

#include <array>
#include <fstream>
#include <string>

#include "base/dynamic_library.hpp"

namespace akidb::embedding::base {
namespace {

// ELF's numbers of processors, for those that this library is built for.
std::string processor_name(unsigned machine) {
  switch (machine) {
    case 3: return "32-bit x86";
    case 40: return "32-bit arm";
    case 62: return "x86-64";
    case 183: return "arm64";
    case 243: return "RISC-V";
    default: break;
  }
  return "another processor";
}

// The processor of an ELF file; 0 of any other file. The linker calls a library of another one "not found".
unsigned elf_machine(const std::filesystem::path& path) {
  std::array<char, 20> header{};
  std::ifstream stream(path, std::ios::binary);
  if (!stream.read(header.data(), header.size())) return 0;
  if (std::string_view(header.data(), 4) !=
      "\x7f"
      "ELF")
    return 0;
  return static_cast<unsigned char>(header[18]) | static_cast<unsigned>(static_cast<unsigned char>(header[19])) << 8U;
}

}  // namespace

Result<DynamicLibrary> DynamicLibrary::load(const std::filesystem::path& path) {
  void* const handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle != nullptr) return DynamicLibrary(handle);
  const char* const words = ::dlerror();
  const unsigned machine = elf_machine(path);
  const unsigned own = elf_machine("/proc/self/exe");
  if (machine != 0 && own != 0 && machine != own) {
    return Error{ErrorCode::unavailable,
                 "cannot load " + path.filename().string() + ": it is for " + processor_name(machine) +
                     ", and this is " + processor_name(own) + "; use a build for this processor",
                 words != nullptr ? words : "",
                 {}};
  }
  return Error{ErrorCode::unavailable, "cannot load " + path.filename().string(), words != nullptr ? words : "", {}};
}

void* DynamicLibrary::symbol(const char* name) const noexcept { return ::dlsym(handle_, name); }

std::optional<std::filesystem::path> DynamicLibrary::file_of(const void* address) {
  Dl_info info{};
  if (::dladdr(address, &info) == 0 || info.dli_fname == nullptr) return std::nullopt;
  std::error_code ignored;
  auto path = std::filesystem::weakly_canonical(info.dli_fname, ignored);
  if (ignored) return std::nullopt;
  return path;
}

}  // namespace akidb::embedding::base
