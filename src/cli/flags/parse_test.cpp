#include "cli/flags/parse.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "cli/flags/suggest.hpp"

namespace akidb::embedding::cli {
namespace {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

Result<Parsed> parse(const Words& words, const Variables& variables = {}) {
  return parse_command_line(words, [variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

class ConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() / testing::UnitTest::GetInstance()->current_test_info()->name())
                .string() +
            ".toml";
  }
  void TearDown() override { std::filesystem::remove(path_); }
  void write(const std::string& text) { std::ofstream(path_) << text; }

  std::string path_;
};

struct WrongLine {
  Words words;
  std::string message;
};

TEST(Parse, SaysWhatIsWrongAndWhatIsAllowed) {
  const WrongLine cases[] = {
      {{}, "expected a command; akidb-embed --help lists them"},
      {{"embd"}, "unknown command embd; did you mean embed?"},
      {{"frobnicate"}, "unknown command frobnicate; expected embed, similarity, "},
      {{"help", "embd"}, "unknown command embd; did you mean embed?"},
      {{"--model", "x", "embed"}, "the command comes first: embed, similarity, "},
      {{"embed", "--formt", "npy"}, "unknown flag --formt; did you mean --format?"},
      {{"embed", "--frobnicate"},
       "unknown flag --frobnicate; akidb-embed embed --help lists them, and texts that begin with - go after --"},
      {{"embed", "-x"}, "unknown flag -x; "},
      {{"embed", "--top-k", "3"}, "embed does not take --top-k; search does"},
      {{"search", "--format=npy"}, "search does not take --format; embed does"},
      {{"embed", "--format", "xml"}, "--format: expected auto, jsonl, json, npy or f32, got 'xml'"},
      {{"embed", "--format"}, "--format needs a value: auto|jsonl|json|npy|f32"},
      {{"embed", "--format="}, "--format needs a value: auto|jsonl|json|npy|f32"},
      {{"embed", "--model", "--resume"}, "--model needs a value: ID|DIR|FILE.onnx"},
      {{"embed", "-m"}, "--model needs a value: ID|DIR|FILE.onnx"},
      {{"embed", "--model", ""}, "--model: expected ID|DIR|FILE.onnx, got ''"},
      {{"embed", "--threads", "many"}, "--threads: expected a whole number from 0 to 1024, got 'many'"},
      {{"embed", "--threads", "-1"}, "--threads: expected a whole number from 0 to 1024, got '-1'"},
      {{"embed", "--threads", "1025"}, "--threads: expected a whole number from 0 to 1024, got '1025'"},
      {{"embed", "--threads", "1.5"}, "--threads: expected a whole number from 0 to 1024, got '1.5'"},
      {{"embed", "--dimensions", "0"}, "--dimensions: expected a whole number from 1 to 4294967295, got '0'"},
      {{"embed", "--threads", "99999999999999999999"},
       "--threads: expected a whole number from 0 to 1024, got '99999999999999999999'"},
      {{"embed", "--resume=perhaps"}, "--resume: expected true or false, got 'perhaps'"},
      {{"tokenize", "some text"},
       "tokenize takes no arguments, got 'some text'; texts come by --input or standard input, one JSON object a line "
       "such as {\"text\": \"hello world\"}"},
      {{"bench", "some text"}, "bench takes no arguments, got 'some text'"},
      {{"--completions"}, "--completions needs a shell: bash, zsh or fish"},
      {{"--completions", "tcsh"}, "--completions needs a shell: bash, zsh or fish"},
      {{"embed", "--config", "/nonexistent/akidb.toml"}, "--config: "},
  };
  for (const auto& [words, message] : cases) {
    const auto parsed = parse(words);
    ASSERT_FALSE(parsed) << message;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(parsed.error().message.substr(0, message.size()), message);
    EXPECT_EQ(parsed.error().message.find('\n'), std::string::npos);
  }
}

TEST(Parse, TakesTextsAsTheyAre) {
  const Words texts = {"embed", "search", "[MASK]", "a,b", "{x}", "", "-", "/v:1", "++", "5"};
  Words words = {"embed"};
  words.insert(words.end(), texts.begin(), texts.end());
  words.insert(words.end(), {"--json-like", "--"});
  words.erase(words.end() - 2);  // leaves "--"
  words.insert(words.end(), {"--model", "--", "-5 degrees"});
  const auto parsed = parse(words);
  ASSERT_TRUE(parsed) << parsed.error().message;
  Words expected = texts;
  expected.insert(expected.end(), {"--model", "--", "-5 degrees"});
  EXPECT_EQ(parsed->invocation->arguments, expected);
}

TEST(Parse, TakesFlagsInAnyForm) {
  const auto parsed =
      parse({"embed", "a", "-m", "one", "--model=two", "-o", "out.npy", "--resume", "--no-progress", "b"});
  ASSERT_TRUE(parsed) << parsed.error().message;
  const Values& values = parsed->invocation->values;
  EXPECT_EQ(values.text("model"), "two");  // the last one counts
  EXPECT_EQ(values.text("output"), "out.npy");
  EXPECT_TRUE(values.on("resume"));
  EXPECT_EQ(values.choice_of("progress"), false);
  EXPECT_EQ(parsed->invocation->arguments, (Words{"a", "b"}));
}

TEST(Parse, HasTheDefaultsOfTheTable) {
  const auto parsed = parse({"embed"});
  ASSERT_TRUE(parsed);
  const Values& values = parsed->invocation->values;
  EXPECT_EQ(values.text("model"), "sentence-transformers/all-MiniLM-L6-v2");
  EXPECT_EQ(values.count("batch-size"), 256U);
  EXPECT_FALSE(values.on("resume"));
  EXPECT_EQ(values.choice_of("progress"), std::nullopt);
}

TEST(Parse, ReadsTheEnvironment) {
  const auto parsed =
      parse({"embed"}, {{"AKIDB_EMBED_MODEL", "m"}, {"AKIDB_EMBED_RESUME", "1"}, {"AKIDB_EMBED_CACHE", ""}});
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->invocation->values.text("model"), "m");
  EXPECT_TRUE(parsed->invocation->values.on("resume"));
  EXPECT_EQ(parsed->invocation->values.text("cache"), "");

  const auto wrong = parse({"embed"}, {{"AKIDB_EMBED_FORMAT", "xml"}});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().message, "AKIDB_EMBED_FORMAT: expected auto, jsonl, json, npy or f32, got 'xml'");
}

TEST_F(ConfigFile, IsReadBelowTheEnvironmentAndTheLine) {
  write(
      "# a comment\nmodel = \"from file, quoted\"\nthreads = 3\ntop-k = 7\n\n[embed]\nthreads = 4\n"
      "format = \"npy\"\nkeep-text = true\n"
      "[search]\nthreads = 5\n");
  const auto parsed = parse({"embed", "--config", path_, "--format", "f32"}, {{"AKIDB_EMBED_KEEP_TEXT", "false"}});
  ASSERT_TRUE(parsed) << parsed.error().message;
  const Values& values = parsed->invocation->values;
  EXPECT_EQ(values.text("model"), "from file, quoted");
  EXPECT_EQ(values.count("threads"), 4U);  // the section wins
  EXPECT_EQ(values.text("format"), "f32");
  EXPECT_FALSE(values.on("keep-text"));
  const auto search = parse({"search", "q"}, {{"AKIDB_EMBED_CONFIG", path_}});
  ASSERT_TRUE(search);
  EXPECT_EQ(search->invocation->values.count("threads"), 5U);
  EXPECT_EQ(search->invocation->values.count("top-k"), 7U);
}

TEST_F(ConfigFile, SaysWhatIsWrong) {
  const std::string name = std::filesystem::path(path_).filename().string();
  const std::pair<std::string, std::string> cases[] = {
      {"modle = \"x\"\n", "line 1: unknown key modle; did you mean model?"},
      {"\n[embd]\nmodel = \"x\"\n", "line 2: unknown section [embd]; did you mean embed?"},
      {"[embed]\ntop-k = 3\n", "line 2: [embed] does not take top-k"},
      {"\n[= 1\n",
       "line 2: Error while parsing key: expected bare key starting character or string delimiter, saw '='"},
      {"\nmodel = caf\u00e9\n", "line 2: expected letters beyond ASCII in quotes and comments only"},
      {"config = \"x\"\n", "line 1: config cannot be set in a config file"},
      {"help = true\n", "line 1: help cannot be set in a config file"},
      {"api-keys = \"x\"\n", "line 1: api-keys cannot be set in a config file"},
      {"threads = 1025\n", "line 1: threads: expected a whole number from 0 to 1024, got '1025'"},
      {"threads = -1\n", "line 1: threads: expected a whole number from 0 to 1024, got '-1'"},
      {"threads = \"4\"\n", "line 1: threads: expected a whole number from 0 to 1024, got a string"},
      {"threads = 4.0\n", "line 1: threads: expected a whole number from 0 to 1024, got a number with a fraction"},
      {"offline = \"yes\"\n", "line 1: offline: expected true or false, got a string"},
      {"[embed]\nformat = \"xml\"\n", "line 2: format: expected auto, jsonl, json, npy or f32, got 'xml'"},
      {"[embed]\nformat = 1\n", "line 2: format: expected auto, jsonl, json, npy or f32 in quotes, got a whole number"},
      {"model = [\"a\", \"b\"]\n", "line 1: model: expected text in quotes, got a list"},
      {"[embed.deep]\nmodel = \"x\"\n", "line 1: unknown key deep"},
      {"[serve]\nallowed-hosts = [\"a\", 1]\n", "line 2: allowed-hosts: expected text in quotes, got a whole number"},
      {"[serve]\nmodels = 3\n", "line 2: models: expected a section [[serve.models]] for each, got a whole number"},
      {"[serve]\nmodel = \"x\"\n[[serve.models]]\n", "line 3: models: expected either model or models, got both"},
      {"[[serve.models]]\nnam = \"x\"\n", "line 2: unknown key nam of a model; did you mean name?"},
      {"[[serve.models]]\nname = \"\"\n", "line 2: name: expected text in quotes, got \"\""},
      {"[[serve.models]]\naliases = \"x\"\n", "line 2: aliases: expected a list of texts in quotes, got a string"},
      {"[[serve.models]]\nport = 1\n", "line 2: unknown key port of a model"},
      {"[[serve.models]]\npooling = \"avg\"\n",
       "line 2: pooling: expected model, cls, mean, max, mean_sqrt_len, weighted_mean or last_token, got 'avg'"},
      {"[[serve.models]]\nprompts = \"x\"\n", "line 2: prompts: expected a table of NAME = \"text\", got a string"},
      {"[[serve.models]]\n[serve.models.prompts]\nquery = 1\n",
       "line 3: query: expected text in quotes, got a whole number"},
      {"[serve]\nport = 1\nport = 2\n", "line 3: "},
  };
  for (const auto& [text, message] : cases) {
    write(text);
    const auto parsed = parse({"embed", "--config", path_});
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().message.substr(0, name.size() + 2 + message.size()), name + ": " + message);
  }
}

TEST(Parse, PrintsWhatIsAskedFor) {
  for (const Words& words :
       {Words{"--help"}, Words{"help"}, Words{"help", "embed"}, Words{"-h"}, Words{"--version"}, Words{"--man"},
        Words{"--completions", "zsh"}, Words{"embed", "--help"}, Words{"embed", "a", "-h", "--format", "npy"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(parsed->invocation);
    EXPECT_FALSE(parsed->text.empty());
    EXPECT_EQ(parsed->text.back(), '\n');
  }
}

TEST(Nearest, IsTheNameWithTheFewestEdits) {
  const std::vector<std::string_view> names = {"format", "output", "input", "on-error"};
  EXPECT_EQ(nearest("fromat", names), "format");
  EXPECT_EQ(nearest("outptu", names), "output");
  EXPECT_EQ(nearest("imput", names), "input");
  EXPECT_EQ(nearest("on_error", names), "on-error");
  EXPECT_EQ(nearest("zzzzzz", names), "");
  EXPECT_EQ(nearest("", names), "");
}

TEST_F(ConfigFile, SaysWhichLineIsNone) {
  const std::pair<std::string, std::string> cases[] = {
      {std::string(8, '\0'), "line 1: "}, {std::string("threads = 1\n\0\n", 14), "line 2: "},
      {"\xFF\xFE", "line 1: "},           {"# c\n++ = 1\n", "line 2: "},
      {"\n\n = 5\n", "line 3: "},         {"model = two words\n", "line 1: "},
  };
  for (const auto& [text, message] : cases) {
    write(text);
    const auto parsed = parse({"embed", "--config", path_});
    ASSERT_FALSE(parsed) << message;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalid_argument);
    EXPECT_NE(parsed.error().message.find(message), std::string::npos) << parsed.error().message;
  }
}

TEST_F(ConfigFile, DescribesTheModelsOfTheServer) {
  write(
      "[serve]\nprovider = \"hash\"\nallowed-hosts = [\"a\", \"b\"]\n"
      "[[serve.models]]\nname = \"one\"\naliases = [\"uno\", \"un\"]\nmodel = \"x/y\"\nmax-length = 9\n"
      "default-prompt = \"query\"\n[serve.models.prompts]\nquery = \"q: \"\nnone = \"\"\n"
      "[[serve.models]]\nmodel = \"z\"\n");
  const auto parsed = parse({"serve", "--config", path_});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->invocation->values.text("allowed-hosts"), "a,b");
  const auto& models = parsed->invocation->models;
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].name, "one");
  EXPECT_EQ(models[0].aliases, (Words{"uno", "un"}));
  EXPECT_EQ(models[0].values.at("model"), "x/y");
  EXPECT_EQ(models[0].values.at("max-length"), "9");
  EXPECT_EQ(models[0].prompts.at("query"), "q: ");
  EXPECT_EQ(models[0].default_prompt, "query");
  EXPECT_EQ(models[1].name, "");

  const auto named = parse({"serve", "--config", path_, "--model", "w"});
  ASSERT_TRUE(named);
  EXPECT_TRUE(named->invocation->models.empty());  // the line wins
  const auto other = parse({"embed", "--config", path_});
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->invocation->models.empty());
}

TEST_F(ConfigFile, IsReadAgain) {
  write("threads = 3\n");
  const auto parsed = parse({"embed", "--config", path_});
  ASSERT_TRUE(parsed);
  write("threads = 4\n");
  const auto again = parsed->invocation->read_again();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->values.text("threads"), "4");
  write("threads = \"four\"\n");
  EXPECT_FALSE(parsed->invocation->read_again());
}

TEST_F(ConfigFile, TakesWhatOtherEditorsWrite) {
  write("\xEF\xBB\xBF# first\r\n\r\n[embed]\r\n\tthreads = 3\r\n");
  const auto parsed = parse({"embed", "--config", path_});
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->invocation->values.text("threads"), "3");
}

}  // namespace
}  // namespace akidb::embedding::cli
