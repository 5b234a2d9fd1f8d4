// Mutants of valid files: the same ones for the same seed, on every machine.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace akidb::embedding::test {

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : engine_(seed) {}

  // One to four changes: a bit or a byte, a run inserted, removed, doubled or moved, the end cut off, a
  // number or a piece of JSON put in.
  std::string mutate(std::string_view original);

 private:
  std::size_t below(std::size_t bound) { return bound == 0 ? 0 : engine_() % bound; }
  void change(std::string& text);

  std::mt19937_64 engine_;
};

}  // namespace akidb::embedding::test
