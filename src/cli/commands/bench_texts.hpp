// Texts to measure with: the same on every machine and in every run.
#pragma once

#include <akidb/embedding/tokenizer.hpp>
#include <cstddef>
#include <string>
#include <vector>

namespace akidb::embedding::cli {

// `count` texts of English words, each of about `tokens` tokens by `tokenizer`, special tokens included, and
// never more (by words where it is null). Text i of the same lengths has other words than text j.
std::vector<std::string> bench_texts(const Tokenizer* tokenizer, std::size_t count, std::size_t tokens);

// Lengths as they come in a store of documents: many short ones, few long ones, up to `longest`.
std::vector<std::string> mixed_bench_texts(const Tokenizer* tokenizer, std::size_t count, std::size_t longest);

}  // namespace akidb::embedding::cli
