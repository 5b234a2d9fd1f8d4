// The fuzz bodies over generated inputs: texts of awkward characters, and mutants of the golden tokenizers' files.
#include "../fuzz/tokenizer_body.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/file.hpp"
#include "golden.hpp"
#include "text/utf8.hpp"

namespace akidb::embedding::test {
namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t bound) { return random() % bound; }

constexpr std::string_view kParts[] = {"the",
                                       "Un",
                                       "believ",
                                       "able",
                                       "[SEP]",
                                       "[CLS]",
                                       "[X1]",
                                       "<mask>",
                                       "<end>",
                                       "key",
                                       "ab",
                                       "abc",
                                       " ",
                                       "  ",
                                       "\t",
                                       "\n",
                                       "\u3000",
                                       "\u00a0",
                                       "!",
                                       "...",
                                       "-",
                                       "\u4e2d",
                                       "\u6c34\u9053",
                                       "\uac01",
                                       "\u00e9",
                                       "\u0130",
                                       "\u1e9e",
                                       "\u0301",
                                       "\u0323\u0301",
                                       "\u0345",
                                       "\U0001D165",
                                       "\u302e\u1d165",
                                       "\u08d4",
                                       "\u0439",
                                       "\u0416",
                                       "\U0001F600",
                                       "\u200d",
                                       "\ufe0f",
                                       "\ue000",
                                       "\ufffd",
                                       "\u037e",
                                       "\u2260",
                                       "\u1f82",
                                       "##",
                                       "#"};

std::string random_text(Random& random) {
  std::string text;
  for (std::size_t parts = below(random, 24); parts > 0; --parts) {
    if (below(random, 4) > 0) {
      text += kParts[below(random, std::size(kParts))];
    } else if (below(random, 20) == 0) {
      text += static_cast<char>(below(random, 256));  // mostly not UTF-8
    } else {
      const std::size_t planes[] = {0x80, 0x800, 0xD800, 0x110000};
      const auto c = static_cast<char32_t>(below(random, planes[below(random, 4)]));
      if (c < 0xD800 || c >= 0xE000) text::append_utf8(text, c);
    }
  }
  if (below(random, 50) == 0) text += std::string(below(random, 3000), 'a');
  if (below(random, 50) == 0) {
    for (std::size_t n = below(random, 600); n > 0; --n) text += "\u0301\u0323";
  }
  return text;
}

constexpr const char* kNames[] = {"uncased",     "cased",    "lower-accents",       "uncleaned", "no-normalizer",
                                  "chinese",     "added",    "added-no-normalizer", "sequence",  "twice",
                                  "bare",        "roberta",  "short-words",         "no-prefix", "long-tokens",
                                  "missing-unk", "vocab-txt"};

TEST(TokenizerFuzz, TextsThatNobodyWrote) {
  Tokenizers tokenizers;
  Random random(1);
  for (const char* name : kNames) {
    for (int i = 0; i < 500; ++i) {
      const std::string text = random_text(random);
      ASSERT_EQ(fuzz::tokenize_any_text(tokenizers[name], text), "") << name << ": " << testing::PrintToString(text);
    }
  }
}

// Breaks a file as transfers, editors and attackers do.
std::string mutant(std::string file, Random& random) {
  for (std::size_t edits = 1 + below(random, 4); edits > 0 && !file.empty(); --edits) {
    const std::size_t at = below(random, file.size());
    constexpr std::string_view kInserts[] = {"{",  "}",     "[",    "]",          "\"",      ",",    "null",
                                             "-1", "1e999", "true", "4294967296", "\\u0000", "\xFF", "\"type\":"};
    switch (below(random, 4)) {
      case 0: file[at] = static_cast<char>(below(random, 256)); break;
      case 1: file.erase(at, 1 + below(random, 12)); break;
      case 2: file.insert(at, kInserts[below(random, std::size(kInserts))]); break;
      default: file.resize(at); break;
    }
  }
  return file;
}

// The file's end holds the vocabulary: edits there are all alike, so most are made in front of it.
TEST(TokenizerFuzz, MutantsOfTokenizerFiles) {
  Random random(2);
  for (const char* name : {"sequence", "added", "old-spelling", "roberta"}) {
    const auto file = base::read_file(data_folder() / "tokenizers" / (std::string(name) + ".json"), 1 << 20);
    ASSERT_TRUE(file);
    const std::size_t vocab = file->find("\"vocab\"");
    ASSERT_NE(vocab, std::string::npos);
    const std::string head = file->substr(0, vocab);
    for (int i = 0; i < 2500; ++i) {
      const bool short_vocab = below(random, 10) > 0;
      const std::string broken =
          mutant(short_vocab ? head + R"("vocab":{"[UNK]":0,"[SEP]":1,"##a":2}}})" : *file, random);
      ASSERT_EQ(fuzz::load_any_tokenizer(broken), "") << testing::PrintToString(broken);
    }
  }
}

}  // namespace
}  // namespace akidb::embedding::test
