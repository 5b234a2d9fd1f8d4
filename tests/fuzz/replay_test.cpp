// Every body of a reader of files, over its corpus and mutants of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fuzz/bodies.hpp"
#include "fuzz/replay.hpp"
#include "fuzz/tokenizer_body.hpp"
#include "model/model.hpp"
#include "support/mutator.hpp"
#include "support/temporary_folder.hpp"
#include "support/tiny_bert.hpp"

namespace akidb::embedding::test {
namespace {

INSTANTIATE_TEST_SUITE_P(, Replay,
                         testing::Values(Target{"safetensors", fuzz_safetensors},
                                         Target{"model_config", fuzz_model_config}, Target{"onnx", fuzz_onnx},
                                         Target{"tokenizer", fuzz::load_any_tokenizer},
                                         Target{"vocab_txt", fuzz::load_any_vocab_txt},
                                         Target{"text", fuzz::tokenize_with_each}),
                         name_of);

// The same through the door that users have: a whole folder of which one file is a mutant.
TEST(MutantFolders, AreReadOrNamed) {
  const TemporaryFolder folder;
  write_tiny_bert(folder.path());
  folder.write("config_sentence_transformers.json", R"({"prompts": {"query": "q: "}, "default_prompt_name": "query"})");
  Mutator mutator(20'250'602);
  int read = 0;
  int refused = 0;
  for (const std::string file : {"config.json", "modules.json", "1_Pooling/config.json", "sentence_bert_config.json",
                                 "tokenizer_config.json", "config_sentence_transformers.json"}) {
    const std::string original = content_of(folder.path() / file);
    for (int i = 0; i < AKIDB_EMBEDDING_MUTANTS / 20; ++i) {
      const std::string mutant = mutator.mutate(original);
      folder.write(file, mutant);
      const auto model = model::read_model_folder(folder.path());
      (model ? read : refused) += 1;
      if (model) {
        ASSERT_GE(model->max_tokens, 1U) << mutant;
        ASSERT_LE(model->max_tokens, model->encoder->max_positions) << mutant;
      } else if (model.error().code != ErrorCode::not_found) {  // a path in modules.json may lead nowhere
        ASSERT_THAT(model.error().message, testing::HasSubstr(file)) << mutant;
      }
    }
    folder.write(file, original);
  }
  EXPECT_GT(read, 0);
  EXPECT_GT(refused, 0);
  expect_small();
}

}  // namespace
}  // namespace akidb::embedding::test
