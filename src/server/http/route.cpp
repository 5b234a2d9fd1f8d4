#include "server/http/route.hpp"

#include <array>

#include "server/http/families/handlers.hpp"

namespace akidb::embedding::server {
namespace {

using enum Family;

constexpr std::array kRoutes = {
    Route{"GET", "/live", own, true, handle_live},
    Route{"GET", "/ready", own, true, handle_ready},
    Route{"GET", "/health", tei, true, handle_health},
    Route{"GET", "/ping", tei, false, handle_health},
    Route{"GET", "/metrics", own, false, handle_metrics},
    Route{"GET", "/", own, false, handle_playground},
    Route{"GET", "/openapi.json", own, false, handle_openapi},

    Route{"POST", "/v1/akidb/embed", own, false, handle_own_embed},
    Route{"GET", "/v1/akidb/models", own, false, handle_own_models},
    Route{"GET", "/v1/akidb/config", own, false, handle_own_config},

    Route{"POST", "/v1/embeddings", openai, false, handle_openai_embeddings},
    Route{"POST", "/embeddings", openai, false, handle_openai_embeddings},
    Route{"GET", "/v1/models", openai, false, handle_openai_models},
    Route{"GET", "/v1/models/{model}", openai, false, handle_openai_model},

    Route{"GET", "/info", tei, false, handle_tei_info},
    Route{"POST", "/embed", tei, false, handle_tei_embed},
    Route{"POST", "/", tei, false, handle_tei_root},
    Route{"POST", "/invocations", tei, false, handle_tei_root},
    Route{"POST", "/models/{model}/pipeline/feature-extraction", tei, false, handle_tei_pipeline},
    Route{"POST", "/vertex", tei, false, handle_tei_vertex},
    Route{"POST", "/embed_all", tei, false, handle_tei_embed_all},
    Route{"POST", "/embed_sparse", tei, false, handle_tei_embed_sparse},
    Route{"POST", "/predict", tei, false, handle_tei_predict},
    Route{"POST", "/rerank", tei, false, handle_tei_rerank},
    Route{"POST", "/similarity", tei, false, handle_tei_similarity},
    Route{"POST", "/tokenize", tei, false, handle_tei_tokenize},
    Route{"POST", "/decode", tei, false, handle_tei_decode},

    Route{"POST", "/v1/embed", cohere, false, handle_cohere_embed_v1},
    Route{"POST", "/v2/embed", cohere, false, handle_cohere_embed_v2},
    Route{"POST", "/v2/rerank", cohere, false, handle_no_rerank},
    Route{"POST", "/v1/rerank", jina, false, handle_no_rerank},

    Route{"POST", "/api/embed", ollama, false, handle_ollama_embed},
    Route{"POST", "/api/embeddings", ollama, false, handle_ollama_embeddings},
    Route{"GET", "/api/tags", ollama, false, handle_ollama_tags},
    Route{"POST", "/api/show", ollama, false, handle_ollama_show},
    Route{"GET", "/api/version", ollama, false, handle_ollama_version},

    Route{"GET", "/v2", kserve, false, handle_kserve_server},
    Route{"GET", "/v2/health/live", kserve, true, handle_live},
    Route{"GET", "/v2/health/ready", kserve, true, handle_ready},
    Route{"POST", "/v2/models/{model}/infer", kserve, false, handle_kserve_infer},
    Route{"GET", "/v2/models/{model}/ready", kserve, false, handle_kserve_model_ready},
    Route{"GET", "/v2/models/{model}", kserve, false, handle_kserve_model},
};

}  // namespace

std::span<const Route> route_table() noexcept { return kRoutes; }

bool matches(const Route& route, std::string_view path, std::string& captured) {
  constexpr std::string_view kModel = "{model}";
  const auto at = route.path.find(kModel);
  if (at == std::string_view::npos) return route.path == path;
  const auto before = route.path.substr(0, at);
  const auto after = route.path.substr(at + kModel.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return false;
  captured = path.substr(before.size(), path.size() - before.size() - after.size());
  return true;
}

}  // namespace akidb::embedding::server
