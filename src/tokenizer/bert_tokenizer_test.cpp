#include "tokenizer/bert_tokenizer.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tokenizer/json_parts.hpp"

namespace akidb::embedding::tokenizer {
namespace {

std::unique_ptr<Tokenizer> small() {
  TokenizerParts parts;
  append_steps({}, parts.normalizer);
  parts.pre_tokenizer = {PreTokenizerStep::split_whitespace, PreTokenizerStep::isolate_punctuation};
  parts.post_processor = bert_post_processor({"[CLS]", 1}, {"[SEP]", 2});
  parts.decoder = WordPieceDecoder{};
  parts.model.vocab = {{"[UNK]", 0}, {"[CLS]", 1}, {"[SEP]", 2}, {"a", 3}, {"##a", 4}, {"b", 5}, {"!", 6}};
  for (const char* special : {"[UNK]", "[CLS]", "[SEP]"}) {
    AddedToken token;
    token.content = special;
    token.special = true;
    token.normalized = false;
    parts.added_tokens.push_back(token);
  }
  return make_bert_tokenizer(std::move(parts));
}

using Ids = std::vector<std::uint32_t>;

Ids ids_of(const Tokenizer& tokenizer, std::string_view text) {
  Ids ids;
  EXPECT_TRUE(tokenizer.encode_ids(text, true, ids));
  return ids;
}

TEST(BertTokenizer, InvalidUtf8IsAnErrorWithItsByte) {
  const auto tokenizer = small();
  const std::string bad = "seventeen bytes: \xFF";
  Ids ids;
  const auto outcome = tokenizer->encode_ids(bad, true, ids);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(outcome.error().message, "the text is not valid UTF-8 at byte 17");
  EXPECT_FALSE(tokenizer->encode(bad, std::nullopt, {}));
  EXPECT_FALSE(tokenizer->encode("a", bad, {}));
}

TEST(BertTokenizer, SpecialTokensAndVocabulary) {
  const auto tokenizer = small();
  EXPECT_EQ(tokenizer->vocab_size(), 7U);
  EXPECT_EQ(Ids(tokenizer->prefix_ids().begin(), tokenizer->prefix_ids().end()), Ids{1});
  EXPECT_EQ(Ids(tokenizer->suffix_ids().begin(), tokenizer->suffix_ids().end()), Ids{2});
  EXPECT_EQ(*tokenizer->decode(Ids{1, 3, 4, 4, 6, 99, 2}, true), "aaa!");
  EXPECT_EQ(*tokenizer->decode(Ids{1, 3, 2}, false), "[CLS] a [SEP]");
}

struct Refusal {
  EncodeOptions options;
  bool pair;
  std::string_view message;
};

TEST(BertTokenizer, OptionsThatCannotBeMet) {
  const auto truncation = [](std::size_t max_length, std::size_t stride, TruncationStrategy strategy) {
    EncodeOptions options;
    options.truncation = TruncationOptions{max_length, stride, TruncationSide::right, strategy};
    return options;
  };
  EncodeOptions endless;
  endless.padding = PaddingOptions{};
  endless.padding->fixed_length = SIZE_MAX;
  using enum TruncationStrategy;
  const Refusal refusals[] = {
      {truncation(1, 0, longest_first), false,
       "truncation: max_length 1 has no room for 2 special tokens: expected a larger one, or none"},
      {truncation(4, 2, longest_first), false, "truncation: stride 2 is not below the length to cut to"},
      {truncation(4, 0, only_second), false, "truncation: only_second was asked for, but there is no second text"},
      {truncation(5, 0, only_second), true,
       "truncation: the second text has 2 tokens, and 4 would have to go to reach max_length"},
      {endless, false, "padding: expected a length of at most 16777216 tokens, found 18446744073709551615"},
  };
  const auto tokenizer = small();
  for (const auto& refusal : refusals) {
    const auto pair = refusal.pair ? std::optional<std::string_view>("b b") : std::nullopt;
    const auto encoding = tokenizer->encode("a b a b", pair, refusal.options);
    ASSERT_FALSE(encoding) << refusal.message;
    EXPECT_EQ(encoding.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(encoding.error().message, refusal.message);
  }
}

// Sizes that would take minutes or gigabytes if anything were more than linear.
TEST(BertTokenizer, HugeInputs) {
  const auto tokenizer = small();
  EXPECT_EQ(ids_of(*tokenizer, std::string(10'000'000, 'a')), (Ids{1, 0, 2}));
  std::string marks = "a";
  for (int i = 0; i < 1'000'000; ++i) marks += i % 2 == 0 ? "\u0301" : "\u0323";
  EXPECT_EQ(ids_of(*tokenizer, marks), (Ids{1, 3, 2}));
  std::string staying = "a";
  for (int i = 0; i < 1'000'000; ++i) staying += i % 2 == 0 ? "\U0001D165" : "\u302E";
  EXPECT_EQ(ids_of(*tokenizer, staying), (Ids{1, 0, 2}));
  std::string added;
  for (int i = 0; i < 1'000'000; ++i) added += "[SEP]";
  EXPECT_EQ(ids_of(*tokenizer, added).size(), 1'000'002U);
}

TEST(BertTokenizer, ManyThreadsAtOnce) {
  const auto tokenizer = small();
  const std::string text = "aaa! b [SEP] \u00e1\u4e2d";
  const Ids expected = ids_of(*tokenizer, text);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    threads.emplace_back([&, i] {
      Ids ids;
      for (int round = 0; round < 500; ++round) {
        const bool fine = tokenizer->encode_ids(text, true, ids) && ids == expected &&
                          tokenizer->encode(text, std::nullopt, {})->ids == expected;
        wrong[i] += fine ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

}  // namespace
}  // namespace akidb::embedding::tokenizer
