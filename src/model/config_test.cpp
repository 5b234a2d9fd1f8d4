// The readers of the configuration files, each over a table of documents.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

#include "base/json.hpp"
#include "model/encoder_config.hpp"
#include "model/modules.hpp"
#include "model/pooling_config.hpp"
#include "model/prompts.hpp"
#include "model/relative_path.hpp"
#include "model/sequence_limit.hpp"

namespace akidb::embedding::model {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

base::JsonDocument json(const std::string& text, const std::string& name = "file.json") {
  auto document = base::JsonDocument::parse(text, name);
  EXPECT_TRUE(document) << text;
  return std::move(*document);
}

constexpr const char* kBert =
    R"({"model_type":"bert","hidden_size":8,"num_hidden_layers":2,"num_attention_heads":2,"intermediate_size":16,)"
    R"("vocab_size":30,"max_position_embeddings":12,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu"})";

// kBert with `from` replaced.
std::string bert(const std::string& from, const std::string& to) {
  std::string text = kBert;
  const auto place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return text.replace(place, from.size(), to);
}

struct Case {
  const char* name;
  std::string text;
  const char* message;
  ErrorCode code = ErrorCode::data_corrupt;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

template <class T>
void expect_error(const Result<T>& outcome, const Case& expected) {
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, expected.code) << outcome.error().message;
  EXPECT_THAT(outcome.error().message, StartsWith("file.json: "));
  EXPECT_THAT(outcome.error().message, HasSubstr(expected.message));
}

const auto name_of = [](const auto& info) { return std::string(info.param.name); };

class MalformedEncoder : public testing::TestWithParam<Case> {};
TEST_P(MalformedEncoder, IsAnErrorThatNamesTheField) {
  expect_error(read_encoder_config(json(GetParam().text).root()), GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    , MalformedEncoder,
    testing::Values(
        Case{"no_object", "[]", "model_type"}, Case{"no_type", "{}", "\"model_type\" is missing"},
        Case{"type_is_a_number", R"({"model_type":1})", "model_type: expected a string"},
        Case{"unknown_type", R"({"model_type":"mamba"})", "architecture \"mamba\" (known: bert",
             ErrorCode::unsupported},
        Case{"no_hidden_size", bert(R"("hidden_size":8,)", ""), "\"hidden_size\" is missing"},
        Case{"hidden_size_zero", bert("\"hidden_size\":8", "\"hidden_size\":0"), "hidden_size: expected 1 to"},
        Case{"hidden_size_negative", bert("\"hidden_size\":8", "\"hidden_size\":-8"), "hidden_size"},
        Case{"hidden_size_fractional", bert("\"hidden_size\":8", "\"hidden_size\":8.5"), "hidden_size"},
        Case{"hidden_size_string", bert("\"hidden_size\":8", "\"hidden_size\":\"8\""), "hidden_size"},
        Case{"hidden_size_null", bert("\"hidden_size\":8", "\"hidden_size\":null"), "hidden_size"},
        Case{"hidden_size_huge", bert("\"hidden_size\":8", "\"hidden_size\":4294967304"), "hidden_size: expected 1 to"},
        Case{"hidden_size_beyond_64_bits", bert("\"hidden_size\":8", "\"hidden_size\":99999999999999999999"),
             "hidden_size"},
        Case{"heads_do_not_divide", bert("heads\":2", "heads\":3"), "hidden_size: expected a multiple of the 3 heads"},
        Case{"heads_zero", bert("heads\":2", "heads\":0"), "num_attention_heads"},
        Case{"layers_zero", bert("layers\":2", "layers\":0"), "num_hidden_layers"},
        Case{"layers_huge", bert("layers\":2", "layers\":1000000000"), "num_hidden_layers"},
        Case{"intermediate_zero", bert("16", "0"), "intermediate_size"},
        Case{"vocabulary_zero", bert("30", "0"), "vocab_size"},
        Case{"vocabulary_huge", bert("30", "1000000000"), "vocab_size"},
        Case{"positions_zero", bert("12,", "0,"), "max_position_embeddings"},
        Case{"no_types", bert("type_vocab_size\":2", "type_vocab_size\":0"), "type_vocab_size"},
        Case{"types_huge", bert("type_vocab_size\":2", "type_vocab_size\":1000000"), "type_vocab_size"},
        Case{"epsilon_zero", bert("1e-12", "0"), "layer_norm_eps"},
        Case{"epsilon_negative", bert("1e-12", "-1e-12"), "layer_norm_eps"},
        Case{"epsilon_large", bert("1e-12", "1"), "layer_norm_eps"},
        Case{"epsilon_string", bert("1e-12", "\"x\""), "layer_norm_eps"},
        Case{"unknown_activation", bert("gelu", "mish"), "activation \"mish\"", ErrorCode::unsupported},
        Case{"activation_is_a_number", bert("\"gelu\"", "1"), "hidden_act"},
        Case{"relative_positions", bert("{", R"({"position_embedding_type":"relative_key",)"),
             "position_embedding_type", ErrorCode::unsupported},
        Case{"decoder", bert("{", R"({"is_decoder":true,)"), "is_decoder", ErrorCode::unsupported},
        Case{"decoder_is_a_string", bert("{", R"({"is_decoder":"no",)"), "is_decoder"}),
    name_of);

TEST(EncoderConfig, ReadsBert) {
  const auto config = read_encoder_config(json(kBert).root());
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->architecture, "bert");
  EXPECT_EQ(config->hidden_size, 8U);
  EXPECT_EQ(config->layers, 2U);
  EXPECT_EQ(config->heads, 2U);
  EXPECT_EQ(config->intermediate_size, 16U);
  EXPECT_EQ(config->vocab_size, 30U);
  EXPECT_EQ(config->max_positions, 12U);
  EXPECT_EQ(config->type_vocab_size, 2U);
  EXPECT_EQ(config->layer_norm_epsilon, 1e-12);
  EXPECT_EQ(config->activation, Activation::gelu);
}

TEST(EncoderConfig, KnowsActivationsByTheirNames) {
  const std::vector<std::pair<const char*, Activation>> names = {{"gelu", Activation::gelu},
                                                                 {"gelu_new", Activation::gelu_tanh},
                                                                 {"gelu_pytorch_tanh", Activation::gelu_tanh},
                                                                 {"gelu_fast", Activation::gelu_tanh},
                                                                 {"relu", Activation::relu},
                                                                 {"silu", Activation::silu},
                                                                 {"swish", Activation::silu}};
  for (const auto& [name, activation] : names) {
    const auto config = read_encoder_config(json(bert("\"gelu\"", "\"" + std::string(name) + "\"")).root());
    ASSERT_TRUE(config) << name;
    EXPECT_EQ(config->activation, activation) << name;
  }
}

std::string module(const std::string& type, const std::string& path = "") {
  return R"({"idx":0,"name":"0","path":")" + path + R"(","type":")" + type + "\"}";
}
const std::string kTransformer = module("sentence_transformers.models.Transformer");
const std::string kPooling = module("sentence_transformers.models.Pooling", "1_Pooling");

class MalformedModules : public testing::TestWithParam<Case> {};
TEST_P(MalformedModules, IsAnErrorThatNamesTheField) {
  expect_error(read_modules(json(GetParam().text).root()), GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    , MalformedModules,
    testing::Values(
        Case{"no_list", "{}", "expected an array"}, Case{"empty", "[]", "at least a Transformer"},
        Case{"element_is_a_string", R"(["Transformer"])", "[0]"}, Case{"no_type", "[{}]", "[0]: \"type\" is missing"},
        Case{"type_is_a_number", R"([{"type":1}])", "[0].type"},
        Case{"dense", "[" + kTransformer + "," + kPooling + "," + module("sentence_transformers.models.Dense") + "]",
             "[2].type: unknown module \"sentence_transformers.models.Dense\"", ErrorCode::unsupported},
        Case{"foreign_class", "[" + module("custom_st.Transformer") + "]", "\"custom_st.Transformer\"",
             ErrorCode::unsupported},
        Case{"pooling_first", "[" + kPooling + "]", "[0].type: \"Pooling\" in this place", ErrorCode::unsupported},
        Case{"pooling_twice", "[" + kTransformer + "," + kPooling + "," + kPooling + "]", "[2].type",
             ErrorCode::unsupported},
        Case{"path_is_a_number", R"([{"type":"sentence_transformers.models.Transformer","path":1}])", "[0].path"},
        Case{"path_leads_out",
             "[" + kTransformer + "," + module("sentence_transformers.models.Pooling", "../1_Pooling") + "]",
             "[1]: path: expected a path inside"},
        Case{"path_is_absolute",
             "[" + kTransformer + "," + module("sentence_transformers.models.Pooling", "/etc") + "]", "[1]: path"},
        Case{"path_leads_out_in_the_middle",
             "[" + kTransformer + "," + module("sentence_transformers.models.Pooling", "a/../../b") + "]",
             "[1]: path"}),
    name_of);

TEST(Modules, ReadsBothSpellings) {
  for (const auto& [transformer, pooling, normalize] :
       {std::tuple("sentence_transformers.models.Transformer", "sentence_transformers.models.Pooling",
                   "sentence_transformers.models.Normalize"),
        std::tuple("sentence_transformers.models.Transformer.Transformer",
                   "sentence_transformers.models.Pooling.Pooling", "sentence_transformers.models.Normalize.Normalize"),
        std::tuple("sentence_transformers.base.modules.transformer.Transformer",
                   "sentence_transformers.sentence_transformer.modules.pooling.Pooling",
                   "sentence_transformers.base.modules.normalize.Normalize")}) {
    const auto modules = read_modules(json("[" + module(transformer, "0_Transformer/") + "," +
                                           module(pooling, "1_Pooling") + "," + module(normalize) + "]")
                                          .root());
    ASSERT_TRUE(modules) << modules.error().message;
    EXPECT_EQ(modules->transformer, "0_Transformer");
    EXPECT_EQ(modules->pooling, "1_Pooling");
    EXPECT_TRUE(modules->normalize);
  }
}

TEST(Modules, PoolingAndNormalizeMayBeAbsent) {
  const auto modules = read_modules(json("[" + kTransformer + "]").root());
  ASSERT_TRUE(modules);
  EXPECT_FALSE(modules->pooling);
  EXPECT_FALSE(modules->normalize);
}

class MalformedPooling : public testing::TestWithParam<Case> {};
TEST_P(MalformedPooling, IsAnErrorThatNamesTheField) {
  expect_error(read_pooling_config(json(GetParam().text).root()), GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    , MalformedPooling,
    testing::Values(Case{"no_object", "[]", "expected an object"},
                    Case{"switch_is_a_string", R"({"pooling_mode_cls_token":"yes"})", "pooling_mode_cls_token"},
                    Case{"unknown_switch", R"({"pooling_mode_attention":true})",
                         "pooling_mode_attention: unknown pooling", ErrorCode::unsupported},
                    Case{"unknown_mode", R"({"pooling_mode":"median"})", "pooling \"median\"", ErrorCode::unsupported},
                    Case{"mode_is_a_number", R"({"pooling_mode":1})", "pooling_mode"},
                    Case{"no_modes", R"({"pooling_mode":[]})", "pooling_mode: expected at least one"},
                    Case{"all_switches_are_off", R"({"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":false})",
                         "expected at least one that is true"},
                    Case{"dimension_is_zero", R"({"word_embedding_dimension":0})", "word_embedding_dimension"},
                    Case{"list_of_numbers", R"({"pooling_mode":[1]})", "pooling_mode[0]"},
                    Case{"too_many_modes", R"({"pooling_mode":["cls","cls","cls","cls","cls","cls","cls"]})",
                         "at most 6"},
                    Case{"include_prompt_is_a_number", R"({"include_prompt":1})", "include_prompt"}),
    name_of);

std::vector<PoolingMode> modes_of(const std::string& text) {
  const auto config = read_pooling_config(json(text).root());
  EXPECT_TRUE(config) << text;
  return config ? config->modes : std::vector<PoolingMode>();
}

TEST(PoolingConfig, ReadsBothSpellings) {
  EXPECT_THAT(modes_of("{}"), ElementsAre(PoolingMode::mean));
  EXPECT_THAT(modes_of(R"({"pooling_mode_cls_token":true})"), ElementsAre(PoolingMode::cls));
  EXPECT_THAT(modes_of(R"({"pooling_mode":"lasttoken"})"), ElementsAre(PoolingMode::last_token));
  EXPECT_THAT(modes_of(R"({"pooling_mode":"mean","pooling_mode_cls_token":true})"), ElementsAre(PoolingMode::mean));
}

// The older spelling has an order of its own; the newer keeps the list's.
TEST(PoolingConfig, ConcatenatesSeveralModes) {
  EXPECT_THAT(modes_of(R"({"pooling_mode_lasttoken":true,"pooling_mode_weightedmean_tokens":true,
                           "pooling_mode_mean_sqrt_len_tokens":true,"pooling_mode_mean_tokens":true,
                           "pooling_mode_max_tokens":true,"pooling_mode_cls_token":true})"),
              ElementsAre(PoolingMode::cls, PoolingMode::max, PoolingMode::mean, PoolingMode::mean_sqrt_len,
                          PoolingMode::weighted_mean, PoolingMode::last_token));
  EXPECT_THAT(modes_of(R"({"pooling_mode":["mean","cls"]})"), ElementsAre(PoolingMode::mean, PoolingMode::cls));
}

TEST(PoolingConfig, ModesHaveNames) {
  for (const char* name : {"cls", "max", "mean", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"}) {
    const auto modes = modes_of(R"({"pooling_mode":")" + std::string(name) + "\"}");
    ASSERT_EQ(modes.size(), 1U);
    EXPECT_EQ(to_string(modes.front()), name);
  }
}

class MalformedPrompts : public testing::TestWithParam<Case> {};
TEST_P(MalformedPrompts, IsAnErrorThatNamesTheField) {
  expect_error(read_prompts(json(GetParam().text).root()), GetParam());
}
INSTANTIATE_TEST_SUITE_P(
    , MalformedPrompts,
    testing::Values(Case{"no_object", "1", "expected an object"},
                    Case{"prompts_are_a_list", R"({"prompts":[]})", "prompts: expected an object"},
                    Case{"prompt_is_a_number", R"({"prompts":{"query":1}})", "prompts.query"},
                    Case{"default_is_a_number", R"({"default_prompt_name":1})", "default_prompt_name"},
                    Case{"default_names_no_prompt", R"({"prompts":{"a":"b"},"default_prompt_name":"c"})",
                         "default_prompt_name: there is no prompt \"c\""}),
    name_of);

TEST(Prompts, AreReadByName) {
  const auto prompts =
      read_prompts(json(R"({"prompts":{"query":"query: ","document":null},"default_prompt_name":"query",
                                             "similarity_fn_name":"cosine"})")
                       .root());
  ASSERT_TRUE(prompts);
  EXPECT_EQ(prompts->by_name, (std::map<std::string, std::string>{{"document", ""}, {"query", "query: "}}));
  EXPECT_EQ(prompts->default_name, "query");
  EXPECT_FALSE(read_prompts(json(R"({"prompts":{},"default_prompt_name":null})").root())->default_name);
  EXPECT_EQ(read_prompts(json(R"({"default_prompt_name":"document"})").root())->by_name.at("document"), "");
}

class MalformedLimit : public testing::TestWithParam<Case> {};
TEST_P(MalformedLimit, IsAnErrorThatNamesTheField) {
  expect_error(read_transformer_settings(json(GetParam().text).root()), GetParam());
}
INSTANTIATE_TEST_SUITE_P(, MalformedLimit,
                         testing::Values(Case{"no_object", "[]", "expected an object"},
                                         Case{"limit_zero", R"({"max_seq_length":0})", "max_seq_length"},
                                         Case{"limit_negative", R"({"max_seq_length":-1})", "max_seq_length"},
                                         Case{"limit_fractional", R"({"max_seq_length":1.5})", "max_seq_length"},
                                         Case{"limit_is_a_string", R"({"max_seq_length":"256"})", "max_seq_length"},
                                         Case{"lower_case_is_a_number", R"({"do_lower_case":1})", "do_lower_case"},
                                         Case{"another_task", R"({"transformer_task":"fill-mask"})", "transformer_task",
                                              ErrorCode::unsupported}),
                         name_of);

TEST(SequenceLimit, HugeOrNullMeansNone) {
  for (const char* none : {"{}", R"({"model_max_length":null})", R"({"model_max_length":1e30})",
                           R"({"model_max_length":1000000000000000019884624838656})"}) {
    const auto limit = read_model_max_length(json(none).root());
    ASSERT_TRUE(limit) << none;
    EXPECT_FALSE(*limit) << none;
  }
  EXPECT_EQ(*read_model_max_length(json(R"({"model_max_length":512})").root()), 512U);
  EXPECT_FALSE(read_model_max_length(json(R"({"model_max_length":-512})").root()));
}

TEST(RelativePath, StaysInside) {
  for (const char* inside : {"", "1_Pooling", "a/b.c", "a/..b", "..."}) EXPECT_TRUE(is_path_inside(inside)) << inside;
  for (const char* outside : {"/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/./b", "a\\b", "C:a"}) {
    EXPECT_FALSE(is_path_inside(outside)) << outside;
  }
  EXPECT_FALSE(is_path_inside(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_file_name("a/b"));
  EXPECT_FALSE(is_file_name(""));
}

}  // namespace
}  // namespace akidb::embedding::model
