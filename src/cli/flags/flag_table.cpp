#include <algorithm>
#include <array>
#include <iterator>
#include <vector>

#include "cli/flags/flag.hpp"

namespace akidb::embedding::cli {
namespace {

using enum Command;
using enum FlagKind;
using Section = FlagSection;

constexpr CommandSet kAll = every_command();
constexpr CommandSet kRun = commands(embed, similarity, search, bench, doctor, serve);  // run the model
constexpr CommandSet kVectors = commands(embed, similarity, search);
constexpr CommandSet kRecords = commands(embed, search);
constexpr CommandSet kOpen = commands(embed, similarity, search, tokenize, bench, doctor, serve);  // open the model
constexpr CommandSet kHub =
    commands(embed, similarity, search, tokenize, convert, quantize, pull, list, verify, remove, bench, doctor, serve);

constexpr std::array kFlags = {
    // Model and machine
    Flag{"model", 'm', text, "ID|DIR|FILE.onnx", "sentence-transformers/all-MiniLM-L6-v2", Section::model, kOpen,
         "The model: an id of the model hub, a model folder, or an ONNX file", 0, 0, FlagSource::anywhere, bit(serve)},
    Flag{"revision", 0, text, "REVISION", "main", Section::model,
         commands(embed, similarity, search, tokenize, convert, quantize, pull, bench, doctor, serve),
         "Branch, tag or commit of a model id"},
    Flag{"provider", 0, choice, "auto|native|onnx|mlx|remote|hash", "auto", Section::model,
         commands(embed, similarity, search, tokenize, pull, bench, doctor, serve),
         "What computes: native (our own encoder, on the CPU), ONNX Runtime, MLX (in builds with it), another server "
         "(--endpoint), or a hash of "
         "the text (for tests; needs no model); auto is native where it knows the model"},
    Flag{"device", 0, choice, "auto|cpu|cuda|tensorrt|coreml|directml|openvino|xnnpack|onednn", "auto", Section::model,
         kRun, "Where it computes; a device that is named and cannot be had is an error"},
    Flag{"device-id", 0, text, "ID", "", Section::model, kRun,
         "Which of several devices: 1 for the second GPU; CPU, GPU or NPU for openvino"},
    Flag{"device-memory", 0, count, "MB", "0", Section::model, kRun,
         "The most memory that a GPU's arena takes; 0: no limit", 0, 1'000'000},
    Flag{
        "dtype", 0, choice, "auto|fp32|fp16|bf16|int8|fast", "auto", Section::model,
        commands(embed, similarity, search, tokenize, pull, bench, doctor, serve),
        "Type of the weights; bf16 is native's, fast is bf16 where the CPU is faster with it; with onnx, fp16 and int8 "
        "take a published ONNX file of that type, else one that is made of float32"},
    Flag{"matmul-precision", 0, choice, "auto|highest|high", "auto", Section::model, kRun,
         "How exactly native multiplies in fp32: highest is as exact as float32, high is faster on a CPU with AMX and "
         "what auto takes there"},
    Flag{"onnx-file", 0, text, "FILE", "", Section::model,
         commands(embed, similarity, search, tokenize, pull, bench, doctor, serve),
         "One of the model's own ONNX files, such as onnx/model_O4.onnx, or ./FILE of yours; wins over --dtype"},
    Flag{"threads", 0, count, "N", "0", Section::model, kRun,
         "Worker threads; 0: one for each core that this process may use", 0, 1'024},
    Flag{"max-length", 0, count, "N", "0", Section::model, kRun,
         "Longest input in tokens, special tokens included; 0: what the model says", 0, 1'000'000},
    Flag{"pooling", 0, choice, "model|cls|mean|max|mean_sqrt_len|weighted_mean|last_token", "model", Section::model,
         commands(serve), "How the rows of a text's tokens become one: as the model says, or otherwise"},
    Flag{"max-inputs", 0, count, "N", "0", Section::model, commands(serve),
         "Different inputs of one request to a model, whatever its wire format allows; 0: no other bound", 0,
         1'000'000},
    Flag{"max-batch-tokens", 0, count, "N", "0", Section::model, commands(serve),
         "Tokens of one forward pass; 0, and above what suits the engine: what suits it", 0, 1'000'000},
    Flag{"max-queued-texts", 0, count, "N", "0", Section::model, commands(serve),
         "Texts that wait for a model; 0: all models share a bound", 0, 100'000'000},
    Flag{"max-queued-tokens", 0, count, "N", "0", Section::model, commands(serve),
         "Their tokens; 0: all models share a bound", 0, 10'000'000'000},
    Flag{"tokenizer", 0, path, "FILE", "", Section::model,
         commands(embed, similarity, search, tokenize, quantize, bench, doctor, serve),
         "A tokenizer.json, or a folder with a tokenizer, in place of the model's own"},
    Flag{"cache", 0, path, "DIR", "", Section::model, kHub,
         "Where converted graphs, and the models that set-up brought, are kept"},
    Flag{"hub-cache", 0, path, "DIR", "", Section::model, kHub,
         "The hub's cache; without it, HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub"},
    Flag{"offline", 0, toggle, "", "", Section::model,
         commands(embed, similarity, search, tokenize, convert, quantize, pull, verify, bench, doctor, serve),
         "Open no socket: a model that is not on this machine is an error. HF_HUB_OFFLINE=1 says the same"},
    Flag{"onnxruntime", 0, path, "FILE", "", Section::model,
         commands(embed, similarity, search, tokenize, convert, quantize, bench, doctor, serve),
         "The shared library of ONNX Runtime"},
    Flag{"to", 0, choice, "int8|int8-static|fp16", "int8", Section::model, commands(quantize),
         "int8: activations scaled at run time; int8-static: by calibration; fp16: half precision"},
    Flag{"calibration", 0, path, "FILE", "", Section::model, commands(quantize),
         "Texts that int8 takes the sizes of activations from, one a line; without it, some of our own"},
    Flag{"texts", 0, path, "FILE", "", Section::model, commands(quantize),
         "Texts that the report is about, one a line; without it, some of our own"},
    Flag{"pairs", 0, path, "FILE", "", Section::model, commands(quantize),
         "Labelled pairs for the report: SCORE, TEXT and TEXT on a line, with tabs between them"},
    Flag{"per-tensor", 0, toggle, "", "", Section::model, commands(quantize),
         "One scale for a whole matrix, in place of one for each output of a layer"},
    Flag{"reduce-range", 0, choice, "auto|yes|no", "auto", Section::model, commands(quantize),
         "Weights of 7 bits; auto: where this CPU saturates sums of 8"},
    Flag{"min-cosine", 0, text, "X", "", Section::model, commands(quantize),
         "Fail where a text's vector has a lower cosine to float32's"},
    Flag{"min-overlap", 0, text, "X", "", Section::model, commands(quantize),
         "Fail where fewer of the ten nearest neighbours stay, 0 to 1"},

    // Another server
    Flag{"wire", 0, choice, "openai|tei|huggingface|ollama|cohere|jina", "openai", Section::remote, kRun,
         "What --provider remote speaks"},
    Flag{"endpoint", 0, text, "URL", "", Section::remote, kRun,
         "The server to ask; without it, the one of the wire format's maker"},
    Flag{"key-variable", 0, text, "NAME", "", Section::remote, kRun,
         "The environment variable that holds the key; without --endpoint, OPENAI_API_KEY and the like"},
    Flag{"key-file", 0, path, "FILE", "", Section::remote, kRun, "The file that holds the key"},
    Flag{"timeout", 0, count, "SECONDS", "60", Section::remote, kRun, "How long an answer may take", 1, 86'400},
    Flag{"retries", 0, count, "N", "5", Section::remote, kRun, "How often a call that failed is tried again", 0, 100},

    // Vectors
    Flag{"normalize", 0, choice, "model|yes|no", "model", Section::request, kVectors,
         "Unit length: as the model does it, always, or never"},
    Flag{"dimensions", 0, count, "N", "", Section::request, kVectors,
         "Keep the first N values of each vector (Matryoshka), then normalise again", 1, UINT32_MAX},
    Flag{"input-type", 0, choice, "none|query|document", "none", Section::request, commands(embed, similarity),
         "Put the model's prompt for queries or for documents before each text"},
    Flag{"prompt-name", 0, text, "NAME", "", Section::request, commands(embed, similarity),
         "Put this prompt of the model before each text; wins over --input-type"},
    Flag{"truncation", 0, choice, "right|left|error", "right", Section::request, kVectors,
         "The side at which a text that is too long is cut, or an error"},

    // Input
    Flag{"input", 'i', path, "FILE", "", Section::input, commands(embed, search, tokenize),
         "Read texts from a file; - is standard input"},
    Flag{"input-format", 0, choice, "auto|lines|jsonl|csv", "auto", Section::input, kRecords,
         "auto goes by the file's extension; standard input is lines"},
    Flag{"text-field", 0, text, "NAME", "text", Section::input, kRecords,
         "The JSONL field or CSV column with the text"},
    Flag{"id-field", 0, text, "NAME", "", Section::input, commands(embed),
         "The JSONL field or CSV column that names a record: it must be there, and goes first in its row"},
    Flag{"max-line-bytes", 0, count, "N", "16777216", Section::input, commands(embed, search, tokenize),
         "A longer line, or CSV record, is bad", 1, 1'073'741'824},
    Flag{"on-error", 0, choice, "stop|skip", "stop", Section::input, commands(embed, search, tokenize),
         "What a bad line does: end the run, or be reported, counted and left out"},
    Flag{"truncate", 0, toggle, "", "", Section::input, commands(tokenize), "Truncate as the tokenizer file says"},
    Flag{"pad", 0, toggle, "", "", Section::input, commands(tokenize), "Pad as the tokenizer file says"},

    // Output
    Flag{"output", 'o', path, "FILE", "-", Section::output, commands(embed, tokenize, convert, quantize),
         "The file to write; without it, standard output"},
    Flag{"force", 0, toggle, "", "", Section::output, commands(convert, quantize),
         "Replace a file that is there already"},
    Flag{"yes", 'y', toggle, "", "", Section::output, commands(remove), "Remove without asking", 0, 0,
         FlagSource::line},
    Flag{"format", 'f', choice, "auto|jsonl|json|npy|f32", "auto", Section::output, commands(embed),
         "auto goes by the output's extension, else jsonl; f32 is raw little-endian rows"},
    Flag{"output-kind", 0, choice, "pooled|tokens", "pooled", Section::output, commands(embed),
         "A vector for each text, or for each of its tokens (jsonl and json only)"},
    Flag{"embedding-field", 0, text, "NAME", "embedding", Section::output, commands(embed),
         "Name of the vector in a JSON row"},
    Flag{"keep-text", 0, toggle, "", "", Section::output, commands(embed), "Keep the text in each JSON row"},
    Flag{"resume", 0, toggle, "", "", Section::output, commands(embed),
         "Go on with an unfinished --output; start where there is none"},
    Flag{"batch-size", 0, count, "N", "256", Section::output, kRecords,
         "Texts that are handed over and written together; does not change the vectors", 1, 65'536},
    Flag{"progress", 0, toggle, "", "", Section::output, commands(embed, search, pull, verify, bench),
         "Show progress on standard error; on by itself on a terminal"},
    Flag{"byte-offsets", 0, toggle, "", "", Section::output, commands(tokenize), "Offsets in bytes of UTF-8"},
    Flag{"top-k", 'k', count, "N", "5", Section::output, commands(search), "Answers to each query", 1, 1'000'000},
    Flag{"seconds", 0, count, "N", "15", Section::output, commands(bench),
         "About how long to measure, once the model is open", 1, 3600},
    Flag{"repair", 0, toggle, "", "", Section::output, commands(verify), "Download what is damaged or missing again"},
    Flag{"json", 0, toggle, "", "", Section::output,
         commands(similarity, search, convert, quantize, pull, list, verify, bench, doctor),
         "JSON in place of a table"},

    // Server
    Flag{"host", 0, text, "ADDRESS", "127.0.0.1", Section::network, commands(serve), "The address to listen on"},
    Flag{"port", 'p', count, "N", "8080", Section::network, commands(serve), "The HTTP port; 0: one that is free", 0,
         65'535},
    Flag{"grpc-port", 0, count, "N", "", Section::network, commands(serve),
         "The gRPC port; without it, the one above --port; 0: one that is free", 0, 65'535},
    Flag{"grpc", 0, toggle, "", "true", Section::network, commands(serve),
         "Serve gRPC, too; --no-grpc switches it off"},
    Flag{"unix-socket", 0, path, "PATH", "", Section::network, commands(serve),
         "A Unix-domain socket to listen on, too"},
    Flag{"grpc-unix-socket", 0, path, "PATH", "", Section::network, commands(serve),
         "A Unix-domain socket to serve gRPC on, too"},
    Flag{
        "allowed-hosts", 0, text, "NAME,...", "", Section::network, commands(serve),
        "Names that a request's Host may give; the loopback names where the server listens on loopback only, else any"},
    Flag{"cors-origin", 0, text, "ORIGIN,...", "", Section::network, commands(serve),
         "Origins whose pages may read the answers, such as https://app.example; * is any; without it, none"},
    Flag{"api-key-file", 0, path, "FILE", "", Section::network, commands(serve),
         "API keys, one a line, as they are or as sha256:DIGEST; with keys set, a request needs one"},
    Flag{"api-keys", 0, text, "KEY,...", "", Section::network, commands(serve),
         "API keys; better set as AKIDB_EMBED_API_KEYS than on the command line, which others can see", 0, 0,
         FlagSource::line_or_environment, 0, true},
    Flag{"tls-certificate", 0, path, "FILE", "", Section::network, commands(serve),
         "Serve TLS (1.2 and above) with this certificate and the chain behind it, PEM"},
    Flag{"tls-key", 0, path, "FILE", "", Section::network, commands(serve), "The certificate's private key, PEM"},
    Flag{"tls-client-ca", 0, path, "FILE", "", Section::network, commands(serve),
         "Clients must show a certificate of one of these authorities, PEM"},
    Flag{"playground", 0, toggle, "", "true", Section::network, commands(serve),
         "GET / is a page to try the server with; --no-playground switches it off"},
    Flag{"io-threads", 0, count, "N", "1", Section::network, commands(serve), "Threads that read and write sockets", 1,
         256},
    Flag{"max-connections", 0, count, "N", "10000", Section::limits, commands(serve),
         "Open HTTP connections, and gRPC calls under way", 1, 1'000'000},
    Flag{"max-requests", 0, count, "N", "1024", Section::limits, commands(serve),
         "Embedding requests under way; more are refused with 429", 1, 1'000'000},
    Flag{"max-texts", 0, count, "N", "65536", Section::limits, commands(serve), "Texts under way", 1, 100'000'000},
    Flag{"max-request-mib", 0, count, "N", "32", Section::limits, commands(serve), "Largest request body, in MiB", 1,
         4'096},
    Flag{"max-held-mib", 0, count, "N", "256", Section::limits, commands(serve),
         "Bodies of requests under way, in MiB; above it 429", 1, 1'048'576},
    Flag{"max-unsent-mib", 0, count, "N", "256", Section::limits, commands(serve),
         "Answers that their clients have not read, in MiB; above it 429", 1, 1'048'576},
    Flag{"max-akidb-inputs", 0, count, "N", "16384", Section::limits, commands(serve),
         "Inputs of one request on our own routes", 1, 1'000'000},
    Flag{"max-openai-inputs", 0, count, "N", "2048", Section::limits, commands(serve),
         "Inputs of one request on the routes of OpenAI and Jina", 1, 1'000'000},
    Flag{"max-openai-tokens", 0, count, "N", "300000", Section::limits, commands(serve),
         "Tokens of one request there, in all inputs; 0: any number", 0, 1'000'000'000},
    Flag{"max-cohere-inputs", 0, count, "N", "96", Section::limits, commands(serve),
         "Inputs of one request on the routes of Cohere", 1, 1'000'000},
    Flag{"max-ollama-inputs", 0, count, "N", "2048", Section::limits, commands(serve),
         "Inputs of one request on the routes of Ollama", 1, 1'000'000},
    Flag{"max-kserve-inputs", 0, count, "N", "2048", Section::limits, commands(serve),
         "Inputs of one request on the routes of the Open Inference Protocol", 1, 1'000'000},
    Flag{"head-timeout-ms", 0, count, "N", "10000", Section::limits, commands(serve),
         "How long the head of an HTTP request may take to arrive", 1, 86'400'000},
    Flag{"body-timeout-ms", 0, count, "N", "60000", Section::limits, commands(serve), "How long its body may take", 1,
         86'400'000},
    Flag{"idle-timeout-ms", 0, count, "N", "75000", Section::limits, commands(serve),
         "How long an HTTP connection may wait for its next request", 1, 86'400'000},
    Flag{"max-client-batch-size", 0, count, "N", "32", Section::limits, commands(serve),
         "Inputs of one request on the routes of Text Embeddings Inference", 1, 1'000'000},
    Flag{"auto-truncate", 0, toggle, "", "true", Section::limits, commands(serve),
         "Cut texts that are too long where a request does not say; with --no-auto-truncate they are errors"},
    Flag{"request-timeout-ms", 0, count, "N", "60000", Section::limits, commands(serve),
         "The longest that a request waits for its vectors; 0: for ever", 0, 86'400'000},
    Flag{"requests-per-minute", 0, count, "N", "0", Section::limits, commands(serve),
         "Requests of each API key in a minute; 0: any number", 0, 1'000'000'000},
    Flag{"text-cache-mib", 0, count, "N", "0", Section::limits, commands(serve),
         "Memory that keeps vectors of texts that come again; 0: none", 0, 1'048'576},
    Flag{"drain-seconds", 0, count, "N", "30", Section::limits, commands(serve),
         "How long requests may take to end after SIGTERM", 0, 86'400},

    // Seen from outside
    Flag{"log-requests", 0, toggle, "", "", Section::network, commands(serve),
         "Log a line for each request: its id, route, status, time and counts, never its text"},
    Flag{"otlp-endpoint", 0, text, "URL", "", Section::network, commands(serve),
         "Send spans there, by OTLP over HTTP: http://localhost:4318"},
    Flag{"otlp-headers", 0, text, "NAME=VALUE,...", "", Section::network, commands(serve),
         "Header fields that the collector wants, such as a key; better set as AKIDB_EMBED_OTLP_HEADERS", 0, 0,
         FlagSource::anywhere, 0, true},
    Flag{"trace-percent", 0, count, "N", "100", Section::network, commands(serve),
         "Of traces that begin here, those that are sent; callers decide about theirs", 0, 100},

    // General
    Flag{"config", 0, path, "FILE", "", Section::general, kAll,
         "Read flags from a file: NAME = value, before or in a section [COMMAND]", 0, 0,
         FlagSource::line_or_environment},
    Flag{"log-level", 0, choice, "debug|info|warning|error", "warning", Section::general, kAll,
         "The least that is said on standard error"},
    Flag{"log-format", 0, choice, "text|json", "text", Section::general, kAll, "How it is said"},
    Flag{"help", 'h', toggle, "", "", Section::general, kAll, "Show this help", 0, 0, FlagSource::line},
};

struct HelpIn {
  std::string_view flag;
  Command command;
  std::string_view help;
};

constexpr HelpIn kHelpIn[] = {
    {"model", tokenize, "The model whose tokenizer is used: an id of the model hub, a model folder, or an ONNX file"},
    {"input", tokenize, "Read JSON objects from a file, one a line; - is standard input"},
    {"input", search, "The file with the texts to search in; - is standard input"},
    {"provider", pull,
     "Whose weights: native takes safetensors alone, onnx a graph where safetensors cannot be converted"},
    {"dtype", pull, "fp16 and int8 take a published ONNX file of that type, int8 the one made for this CPU"},
    {"max-line-bytes", tokenize, "A longer line is bad"},
    {"output", quantize, "The ONNX file to write; without it, the model's name, the type and .onnx in this folder"},
    {"output", convert,
     "The ONNX file to write; without it, the model's name and .onnx in this folder. Large weights go beside it, into "
     "FILE.data"},
};

}  // namespace

std::string_view help_of(const Flag& flag, Command command) noexcept {
  for (const auto& row : kHelpIn) {
    if (row.flag == flag.name && row.command == command) return row.help;
  }
  return flag.help;
}

// A graph does not go to standard output.
std::string_view default_of(const Flag& flag, Command command) noexcept {
  const bool writes_graph = command == convert || command == quantize;
  return flag.name == "output" && writes_graph ? std::string_view() : flag.default_value;
}

std::span<const Flag> flag_table() {
  static const auto kPresent = [] {
    CommandSet of_this_build = 0;
    for (const auto& info : command_table()) of_this_build |= bit(info.command);
    std::vector<Flag> present;
    std::ranges::copy_if(kFlags, std::back_inserter(present),
                         [&](const Flag& flag) { return (flag.commands & of_this_build) != 0; });
    return present;
  }();
  return kPresent;
}

const Flag* find_flag(std::string_view name) noexcept {
  const auto found = std::ranges::find(kFlags, name, &Flag::name);
  return found == kFlags.end() ? nullptr : &*found;
}

}  // namespace akidb::embedding::cli
