#include "cli/flags/command.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

namespace akidb::embedding::cli {
namespace {

constexpr Example kEmbed[] = {
    {"akidb-embed embed \"hello world\"", "one text to standard output, as JSON"},
    {"akidb-embed embed --input texts.txt --output vectors.npy", "a line is a text; a NumPy array comes out"},
    {"akidb-embed embed --input docs.jsonl --text-field body --id-field id --output out.jsonl --resume",
     "a long job: after Ctrl-C or a crash, the same line goes on where it stopped"},
    {"cat reviews.csv | akidb-embed embed --input-format csv --text-field review --on-error skip > out.jsonl",
     "a column of a CSV file; bad rows are reported and left out"},
};
constexpr Example kSimilarity[] = {
    {"akidb-embed similarity \"a cat\" \"a kitten\" \"a spanner\"", "the cosine of each pair"},
};
constexpr Example kSearch[] = {
    {"akidb-embed search --input sentences.txt \"how do plants eat?\"", "the five lines that fit best"},
    {"akidb-embed search --input docs.jsonl --text-field body --top-k 3 --json \"first question\" \"second\"",
     "two questions, three answers each, as JSON"},
};
constexpr Example kTokenize[] = {
    {"echo '{\"text\": \"hello world\"}' | akidb-embed tokenize", "with the default model's tokenizer"},
    {"akidb-embed tokenize --tokenizer tokenizer.json --input texts.jsonl > tokens.jsonl", "with a tokenizer file"},
};
constexpr Example kConvert[] = {
    {"akidb-embed convert ./my-model --output my-model.onnx", "safetensors weights to an ONNX graph"},
};
constexpr Example kPull[] = {
    {"akidb-embed pull BAAI/bge-small-en-v1.5", "a model from the hub into the cache that huggingface_hub uses too"},
    {"akidb-embed pull sentence-transformers/all-MiniLM-L6-v2 --dtype int8", "its 8-bit ONNX file for this CPU"},
    {"akidb-embed pull my-org/my-model --revision v1.0 --onnx-file model_O4", "a tag, and one ONNX file"},
};
constexpr Example kList[] = {
    {"akidb-embed list", "models, sizes, revisions"},
};
constexpr Example kVerify[] = {
    {"akidb-embed verify", "all models of the hub's cache"},
    {"akidb-embed verify BAAI/bge-small-en-v1.5 --repair", "one of them, and bring what is damaged again"},
};
constexpr Example kRemove[] = {
    {"akidb-embed remove BAAI/bge-small-en-v1.5", "the model with all its revisions"},
};
constexpr Example kQuantize[] = {
    {"akidb-embed quantize sentence-transformers/all-MiniLM-L6-v2 --to int8 --output int8.onnx",
     "weights of a byte; each text runs alone"},
    {"akidb-embed quantize ./my-model --to int8-static --calibration texts.txt --texts other.txt --min-cosine 0.98",
     "ranges from texts of yours; fails where a vector has moved too far"},
};
constexpr Example kDoctor[] = {
    {"akidb-embed doctor", "what works here, and why not"},
    {"akidb-embed doctor --device cuda", "whether that device can be had"},
};
constexpr Example kServe[] = {
    {"akidb-embed serve", "the default model on http://127.0.0.1:8080"},
    {"akidb-embed serve --model small=./my-model --model sentence-transformers/all-MiniLM-L6-v2 --port 9000",
     "two models, the first under a name of its own"},
};
constexpr Example kBench[] = {
    {"akidb-embed bench", "a table for people"},
    {"akidb-embed bench --threads 1 --json", "one thread, as JSON"},
};

constexpr std::array kCommands = {
    CommandInfo{
        Command::embed, "embed", "Turn texts into vectors", "[TEXT ...]",
        "Texts come from the command line, from a file, or from standard input: a line each, a field of a JSONL "
        "object each, or a column of a CSV file with a header. An empty line is an empty text. Rows come out in "
        "the order of the texts.\n\n"
        "JSONL rows are {\"index\": N, \"embedding\": [...]}; index counts the records of the input from 0, bad "
        "ones included. The id field and all other fields of a JSONL or CSV record are kept as they are. .npy and "
        "f32 hold rows only: a record that --on-error skip leaves out has no row there, and the report on "
        "standard error says which lines were left out.\n\n"
        "An output file can be resumed: FILE.resume beside it says how far it got, and is removed at the end.",
        kEmbed},
    CommandInfo{Command::similarity, "similarity", "Compare texts: a table of cosines", "TEXT TEXT ...",
                "Embeds two or more texts and prints the cosine of each pair.", kSimilarity},
    CommandInfo{
        Command::search, "search", "Find the texts of a file that fit a query best", "QUERY ...",
        "Embeds the queries and every text of --input, and prints the best of them by cosine. Texts are read in "
        "a stream: memory does not grow with the file.",
        kSearch},
    CommandInfo{
        Command::tokenize, "tokenize", "Show the tokens of texts", "",
        "Reads JSONL {\"text\": ..., \"pair\"?: ..., \"add_special_tokens\"?: true} and writes JSONL "
        "{\"ids\", \"type_ids\", \"tokens\", \"offsets\"}, a line for a line. Whole texts: the truncation and the "
        "padding written in the tokenizer file apply only with --truncate and --pad. Offsets count Unicode "
        "characters; with --byte-offsets, bytes.",
        kTokenize,
        "texts come by --input or standard input, one JSON object a line such as {\"text\": \"hello world\"}"},
    CommandInfo{Command::convert, "convert", "Write a model as ONNX", "MODEL",
                "Reads the configuration and the safetensors weights of a model (an id or a folder) and writes an ONNX "
                "graph, which is then checked and run. Weights that are large go into a file of their own beside the "
                "graph: MODEL.onnx.data, which the graph names and which must stay with it. A file that is there is "
                "replaced only with --force.",
                kConvert},
    CommandInfo{
        Command::pull, "pull", "Download a model from the hub", "[MODEL]",
        "Brings the configuration, the tokenizer and the weights of a model (without one: of the default model) "
        "into the hub's cache: safetensors, or an ONNX file where one is asked for or the architecture is not "
        "known here. It says which weights it took, and why. Every file is checked by its digest before it gets "
        "its name; a download that was broken off is gone on with. HF_ENDPOINT, HF_TOKEN, HF_HOME, HF_HUB_CACHE, "
        "HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE mean what they mean to huggingface_hub.",
        kPull},
    CommandInfo{Command::list, "list", "Show the models on this machine", "",
                "Models of the hub's cache and those that set-up brought, with their size and their revisions.", kList},
    CommandInfo{
        Command::verify, "verify", "Check the contents of models, and repair them", "[MODEL ...]",
        "Hashes every file of the models (without a name: of all) in the hub's cache and holds it against its digest. "
        "Ends with 7 where one is damaged. With --repair, what is damaged or missing is downloaded again.",
        kVerify},
    CommandInfo{Command::remove, "remove", "Remove models from this machine", "MODEL ...",
                "Removes models from the hub's cache and from what set-up brought, with all their revisions. It "
                "asks first; --yes answers, and is needed where nobody can be asked, as in a pipe.",
                kRemove},
    CommandInfo{
        Command::quantize, "quantize", "Write a model's graph as int8 or fp16, and say how good it still is", "MODEL",
        "Takes the float32 graph of a model (an id, a folder or an ONNX file; safetensors are converted first), "
        "writes it with fewer bits, and compares the vectors of both: cosines, the largest difference, how many "
        "of the ten nearest neighbours stay, and, with --pairs, Spearman's correlation with labels; and size and "
        "speed. The file goes with the model's tokenizer: the other commands run it as the onnx-file of this model.\n\n"
        "int8 has weights of a byte and scales its activations at run time, by the range of the whole batch: a "
        "text's vector would depend on its neighbours, so that each text runs alone. int8-static takes the "
        "scales from --calibration. fp16 is for devices that compute in it.\n\n"
        "With --min-cosine or --min-overlap a report below it is an error (exit code 7); the file is written "
        "all the same.",
        kQuantize},
    CommandInfo{Command::bench, "bench", "Measure latency and throughput of this machine", "",
                "Embeds texts of its own making and prints the latency of one short text and the throughput at 32, 128 "
                "and 256 tokens and at mixed lengths.",
                kBench},
    CommandInfo{
        Command::doctor, "doctor", "Say what this machine and this build can run on, and why not", "",
        "Looks at the processor, at ONNX Runtime and its execution providers, at the cache and at the model, and "
        "runs the model once. Ends with 0 only where the model works.",
        kDoctor},
    CommandInfo{
        Command::serve, "serve", "Serve vectors over HTTP and gRPC", "",
        "Answers the requests of OpenAI, Text Embeddings Inference and other embedding clients, and a format of its "
        "own. Listens at once; /ready is true when every model is warm. SIGTERM ends it when what is under way is "
        "answered, a second one ends it now; SIGHUP reads API keys and models anew.\n\n"
        "--model may be given several times, as NAME=MODEL where it is to be served under a name. The first is the one "
        "that a request without a model gets.",
        kServe},
};

}  // namespace

std::span<const CommandInfo> command_table() {
  static const auto kPresent = [] {
    std::vector<CommandInfo> present;
    std::ranges::copy_if(kCommands, std::back_inserter(present),
                         [](const CommandInfo& info) { return absence_of(info.command).empty(); });
    return present;
  }();
  return kPresent;
}

const CommandInfo& command_info(Command command) noexcept {
  for (const auto& info : kCommands) {
    if (info.command == command) return info;
  }
  return kCommands.front();
}

std::optional<Command> find_command(std::string_view name) noexcept {
  for (const auto& info : kCommands) {
    if (info.name == name) return info.command;
  }
  return std::nullopt;
}

}  // namespace akidb::embedding::cli
