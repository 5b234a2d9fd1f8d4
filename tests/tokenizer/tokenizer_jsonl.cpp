// Reads cases (tests/tokenizer/case.hpp), a line each, and writes the answers of a tokenizer.
//
// usage: tokenizer_jsonl TOKENIZER < CASES > ANSWERS
#include <iostream>
#include <string>

#include "case.hpp"

int main(int argc, char** argv) {
  namespace test = akidb::embedding::test;
  if (argc != 2) {
    std::cerr << "usage: tokenizer_jsonl TOKENIZER < CASES > ANSWERS\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  const auto tokenizer = akidb::embedding::load_tokenizer(argv[1]);
  if (!tokenizer) {
    std::cerr << akidb::embedding::to_string(tokenizer.error()) << '\n';
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto one = test::read_case(line);
    if (!one) {
      std::cerr << akidb::embedding::to_string(one.error()) << '\n';
      return 1;
    }
    std::cout << test::answer(**tokenizer, *one) << '\n';
  }
  return 0;
}
