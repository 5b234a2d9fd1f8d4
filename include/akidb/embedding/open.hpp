// open(): from a model's name to a provider that is warm and ready.
#pragma once

#include <akidb/embedding/download.hpp>
#include <akidb/embedding/provider.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace akidb::embedding {

// Worker threads that forward passes run on. One process-wide executor serves all providers unless
// ProviderOptions gives another; a provider keeps a share in its executor.
class Executor;

// `threads` workers, at most 1,024; 0 takes one per core that the process may use (affinity mask and cgroup quota).
// Fewer, with a warning in the log, where the system gives no more. Threads do not outlive fork(): a child process
// must open its own providers, and may neither call nor destroy those of its parent.
std::shared_ptr<Executor> make_executor(std::uint32_t threads);

enum class ProviderKind {
  automatic,  // native on a CPU where it knows the model's architecture, else ONNX Runtime
  native,     // our own encoder for CPUs, straight from safetensors
  onnx,       // ONNX Runtime
  mlx,        // MLX, in builds with it: encoders of BERT's kind, in fp32, from safetensors
  remote,     // a server of others, over HTTP: RemoteOptions
  hash,       // deterministic unit vectors from a hash of the tokens; no model, for callers' tests
};

// Type of the weights, and what is computed in; the native provider's sums are float32 always. What each costs in
// quality is in the README.
enum class Dtype {
  automatic,  // native: fp32; ONNX Runtime: what the model was published in
  fp32,
  fp16,  // ONNX Runtime's: a published ONNX file of this type, else one that is made of float32, once
  bf16,  // the native provider's
  int8,  // native: weights by output, activations by token. ONNX Runtime: a published ONNX file for this CPU, else one
         // that is made; see quantize_onnx() for others, and how good they are
  fast,  // native: bf16 where this CPU multiplies it faster than fp32, else fp32; ONNX Runtime: as automatic
};

// How exactly the native provider multiplies float32, where the CPU has a faster way than float32 products: on a CPU
// with AMX as sums of products of bytes.
enum class MatmulPrecision {
  automatic,  // high where this CPU is faster with it, else highest; ModelInfo::matmul_precision says which
  highest,    // as exact as float32: vectors within 2e-6 of exact ones
  high,       // faster: within 5e-6, and their cosine is 0.9999999 and better
};

// For ProviderKind::remote. ProviderOptions::model is the model's name there, ProviderOptions::threads the calls that
// run at once (0: 4). docs/remote.md has what each wire format can say.
struct RemoteOptions {
  std::string wire = "openai";  // or "tei", "huggingface", "ollama", "cohere", "jina"

  // "https://host/v1". Empty: where the wire format's maker offers it.
  std::string endpoint{};

  // Where the key is: in an environment variable, or in a file. Both empty: in the maker's own variable
  // (OPENAI_API_KEY, ...), but only where `endpoint` is empty too. A key goes to its server and nowhere else.
  std::string key_variable{};
  std::filesystem::path key_file{};

  std::chrono::milliseconds timeout{60'000};  // of one attempt
  std::uint32_t retries = 5;                  // of a call that failed and may do better
};

struct ProviderOptions {
  // A hub id ("sentence-transformers/all-MiniLM-L6-v2"), a model folder, or a .onnx file. An id is looked
  // for in the hub's cache, then among the models that set-up brought, then on the hub, unless `offline`. What is
  // here is not compared with the hub again: pull_model() brings a newer one.
  std::string model = "sentence-transformers/all-MiniLM-L6-v2";
  std::string revision = "main";  // branch, tag or commit, for a hub id

  // Another name that requests may use and that model_info() shows. Empty: `model`.
  std::string served_name{};

  ProviderKind provider = ProviderKind::automatic;

  // "auto", or "cpu", "cuda", "tensorrt", "coreml", "directml", "openvino", "xnnpack", "onednn": an explicit device
  // that cannot be had is an error. docs/devices.md says where each is to be had.
  std::string device = "auto";

  // Which of several: "1" for the second GPU; for openvino "CPU", "GPU", "GPU.1", "NPU"; for coreml "ALL", "CPUAndGPU",
  // "CPUAndNeuralEngine", "CPUOnly". Empty: the device's default. invalid_argument for a device that has one of itself.
  std::string device_id{};

  // Most memory that a GPU's arena takes, in bytes; 0: no limit. For devices that have such a limit.
  std::size_t device_memory = 0;

  Dtype dtype = Dtype::automatic;
  MatmulPrecision matmul_precision = MatmulPrecision::automatic;  // of fp32 on the native provider; others do not look

  // One of the model's own ONNX files ("onnx/model_O4.onnx", or "model_O4" where one has that name), or a file of the
  // caller's, with a path that begins with "/", "./" or "../"; wins over `dtype`.
  std::string onnx_file{};

  // The tokenizer of a bare .onnx file: a tokenizer.json or its folder. Empty: beside the model.
  std::filesystem::path tokenizer{};

  // How the rows of a text's tokens become one: "cls", "mean", "max", "mean_sqrt_len", "weighted_mean" or "last_token".
  // Empty: as the model says. invalid_argument where the graph pools by itself, and for `remote` and `hash`.
  std::string pooling{};

  // Beside the model's own prompts, and in place of those of the same names. `remote` has none.
  std::map<std::string, std::string> prompts{};

  // The prompt of requests that name none. Empty: as the model says. invalid_argument where there is no such prompt.
  std::string default_prompt{};

  // Longest input in tokens, special tokens included; 0: what the model says. Above the positions that
  // the model has is invalid_argument.
  std::uint32_t max_length = 0;

  // Worker threads when `executor` is null; 0: one per core that the process may use.
  std::uint32_t threads = 0;
  std::shared_ptr<Executor> executor{};

  // Most inputs of one request; 0: no limit. More is invalid_argument.
  std::size_t max_batch_size = 0;

  // Most tokens of one forward pass; 0, or more than suits the engine: what suits it.
  std::size_t max_batch_tokens = 0;

  // Bounds of a queue of this provider's own; a request that finds it full is resource_exhausted. Both 0:
  // all providers of the process share one budget of 65,536 sequences and 16,777,216 tokens. One 0: that
  // bound is as in the shared budget.
  std::size_t max_queued_sequences = 0;
  std::size_t max_queued_tokens = 0;

  // Root of this library's own cache (models, derived); empty: $AKIDB_EMBED_CACHE, else
  // ${XDG_CACHE_HOME:-~/.cache}/akidb-embedding.
  std::filesystem::path cache{};

  // The hub's cache, shared with huggingface_hub; empty: $HF_HUB_CACHE, else $HF_HOME/hub, else
  // ${XDG_CACHE_HOME:-~/.cache}/huggingface/hub.
  std::filesystem::path hub_cache{};

  // Opens no socket: a model that is not on this machine is not_found. HF_HUB_OFFLINE=1 says the same.
  bool offline = false;

  // Told about a model's download, and may end it.
  DownloadCallback on_download{};

  RemoteOptions remote{};

  // The shared library of ONNX Runtime; empty: $AKIDB_EMBED_ONNXRUNTIME, $ONNXRUNTIME_ROOT, beside this
  // library, then the one that the build was configured with. What one of the first three names must load.
  std::filesystem::path onnxruntime{};
};

// Loads, warms up and checks the model. Errors: not_found (the model, with the ways to bring it),
// unsupported (an architecture, a module), unavailable (a device, ONNX Runtime, the hub), data_corrupt (a file), and
// those of pull_model() where the model has to be downloaded.
Result<std::unique_ptr<EmbeddingProvider>> open(const ProviderOptions& options);

}  // namespace akidb::embedding
