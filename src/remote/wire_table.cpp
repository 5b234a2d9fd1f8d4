#include "remote/wire.hpp"

namespace akidb::embedding::remote {
namespace {

// Calls are kept small: several run at once, and what is lost when one fails is small too.
constexpr std::array kWires = {
    // Also vLLM, llama.cpp, Infinity, LM Studio, and this library's own server. What happens to a text that is too
    // long is the server's to say.
    Wire{.name = "openai",
         .endpoint = "https://api.openai.com",
         .path = "/v1/embeddings",
         .key_variable = "OPENAI_API_KEY",
         .texts = 128,
         .inputs = "input",
         .model = "model",
         .prompt_name = "",
         .token_ids = true,
         .always = R"("encoding_format":"float")",
         .normalize = {"", "", kCannot},
         .input_type = {"", kCannot, kCannot},
         .truncation = {"", kCannot, kCannot},
         .rows = "data",
         .row_values = "embedding",
         .tokens = "usage.total_tokens"},
    // Text Embeddings Inference; 32 is the most that it takes unless it was started with another bound.
    Wire{
        .name = "tei",
        .endpoint = "",
        .path = "/embed",
        .key_variable = "",
        .texts = 32,
        .inputs = "inputs",
        .model = "",
        .prompt_name = "prompt_name",
        .token_ids = true,
        .always = "",
        .normalize = {"", R"("normalize":true)", R"("normalize":false)"},
        .input_type = {"", kCannot, kCannot},
        .truncation = {R"("truncate":true)", R"("truncate":true,"truncation_direction":"left")", R"("truncate":false)"},
        .rows = "",
        .row_values = "",
        .tokens = ""},
    Wire{
        .name = "huggingface",
        .endpoint = "https://router.huggingface.co/hf-inference",
        .path = "/models/{model}/pipeline/feature-extraction",
        .key_variable = "HF_TOKEN",
        .texts = 32,
        .inputs = "inputs",
        .model = "",
        .prompt_name = "prompt_name",
        .token_ids = false,
        .always = "",
        .normalize = {"", R"("normalize":true)", R"("normalize":false)"},
        .input_type = {"", kCannot, kCannot},
        .truncation = {R"("truncate":true)", R"("truncate":true,"truncation_direction":"left")", R"("truncate":false)"},
        .rows = "",
        .row_values = "",
        .tokens = ""},
    Wire{.name = "ollama",
         .endpoint = "http://127.0.0.1:11434",
         .path = "/api/embed",
         .key_variable = "",
         .texts = 32,
         .inputs = "input",
         .model = "model",
         .prompt_name = "",
         .token_ids = false,
         .always = "",
         .normalize = {"", "", kCannot},
         .input_type = {"", kCannot, kCannot},
         .truncation = {R"("truncate":true)", kCannot, R"("truncate":false)"},
         .rows = "embeddings",
         .row_values = "",
         .tokens = "prompt_eval_count"},
    // Its newer models must be told what a text is for.
    Wire{.name = "cohere",
         .endpoint = "https://api.cohere.com",
         .path = "/v2/embed",
         .key_variable = "CO_API_KEY",
         .texts = 96,
         .inputs = "texts",
         .model = "model",
         .prompt_name = "",
         .token_ids = false,
         .always = R"("embedding_types":["float"])",
         .normalize = {"", "", kCannot},
         .input_type = {R"("input_type":"search_document")", R"("input_type":"search_query")",
                        R"("input_type":"search_document")"},
         .truncation = {R"("truncate":"END")", R"("truncate":"START")", R"("truncate":"NONE")"},
         .rows = "embeddings.float",
         .row_values = "",
         .tokens = "meta.billed_units.input_tokens"},
    Wire{.name = "jina",
         .endpoint = "https://api.jina.ai",
         .path = "/v1/embeddings",
         .key_variable = "JINA_API_KEY",
         .texts = 128,
         .inputs = "input",
         .model = "model",
         .prompt_name = "",
         .token_ids = false,
         .always = R"("embedding_type":"float")",
         .normalize = {"", R"("normalized":true)", R"("normalized":false)"},
         .input_type = {"", R"("task":"retrieval.query")", R"("task":"retrieval.passage")"},
         .truncation = {R"("truncate":true)", kCannot, R"("truncate":false)"},
         .rows = "data",
         .row_values = "embedding",
         .tokens = "usage.total_tokens"},
};

}  // namespace

std::span<const Wire> wire_table() noexcept { return kWires; }

Result<const Wire*> find_wire(std::string_view name) {
  std::string names;
  for (const auto& wire : kWires) {
    if (wire.name == name) return &wire;
    names.append(names.empty() ? "" : ", ").append(wire.name);
  }
  return Error{
      ErrorCode::invalid_argument, "wire: expected one of " + names + ", found \"" + std::string(name) + "\"", {}, {}};
}

}  // namespace akidb::embedding::remote
