#include <array>

#include "server/grpc/families/handlers.hpp"
#include "server/grpc/method.hpp"

namespace akidb::embedding::server {
namespace {

using enum Family;
using enum Shape;

// A stream of texts fills the model's batches when this many wait; one of batches needs the next only.
constexpr std::uint32_t kTexts = 64;
constexpr std::uint32_t kBatches = 4;

constexpr std::array kMethods = {
    Method{"/akidb.embedding.v1.EmbeddingService/EmbedBatch", own, unary, false, 1, handle_embed_batch},
    Method{"/akidb.embedding.v1.EmbeddingService/EmbedStream", own, streaming, false, kBatches, handle_embed_batch},
    Method{"/akidb.embedding.v1.EmbeddingService/GetModelInfo", own, unary, false, 1, handle_model_info},
    Method{"/akidb.embedding.v1.EmbeddingService/ListModels", own, unary, false, 1, handle_list_models},
    Method{"/akidb.embedding.v1.EmbeddingService/HealthCheck", own, unary, true, 1, handle_own_health},

    Method{"/tei.v1.Info/Info", tei, unary, false, 1, handle_tei_info},
    Method{"/tei.v1.Embed/Embed", tei, unary, false, 1, handle_tei_embed},
    Method{"/tei.v1.Embed/EmbedStream", tei, streaming, false, kTexts, handle_tei_embed},
    Method{"/tei.v1.Embed/EmbedSparse", tei, unary, false, 1, handle_tei_sparse},
    Method{"/tei.v1.Embed/EmbedSparseStream", tei, streaming, false, 1, handle_tei_sparse},
    Method{"/tei.v1.Embed/EmbedAll", tei, unary, false, 1, handle_tei_embed_all},
    Method{"/tei.v1.Embed/EmbedAllStream", tei, streaming, false, kBatches, handle_tei_embed_all},
    Method{"/tei.v1.Predict/Predict", tei, unary, false, 1, handle_tei_predict},
    Method{"/tei.v1.Predict/PredictPair", tei, unary, false, 1, handle_tei_predict_pair},
    Method{"/tei.v1.Predict/PredictStream", tei, streaming, false, 1, handle_tei_predict},
    Method{"/tei.v1.Predict/PredictPairStream", tei, streaming, false, 1, handle_tei_predict_pair},
    Method{"/tei.v1.Rerank/Rerank", tei, unary, false, 1, handle_tei_rerank},
    Method{"/tei.v1.Rerank/RerankStream", tei, unary, false, 1,
           handle_tei_rerank_stream},  // refused at its first message
    Method{"/tei.v1.Tokenize/Tokenize", tei, unary, false, 1, handle_tei_tokenize},
    Method{"/tei.v1.Tokenize/TokenizeStream", tei, streaming, false, kBatches, handle_tei_tokenize},
    Method{"/tei.v1.Tokenize/Decode", tei, unary, false, 1, handle_tei_decode},
    Method{"/tei.v1.Tokenize/DecodeStream", tei, streaming, false, kBatches, handle_tei_decode},

    Method{"/inference.GRPCInferenceService/ServerLive", kserve, unary, true, 1, handle_server_live},
    Method{"/inference.GRPCInferenceService/ServerReady", kserve, unary, true, 1, handle_server_ready},
    Method{"/inference.GRPCInferenceService/ModelReady", kserve, unary, false, 1, handle_model_ready},
    Method{"/inference.GRPCInferenceService/ServerMetadata", kserve, unary, false, 1, handle_server_metadata},
    Method{"/inference.GRPCInferenceService/ModelMetadata", kserve, unary, false, 1, handle_model_metadata},
    Method{"/inference.GRPCInferenceService/ModelInfer", kserve, unary, false, 1, handle_model_infer},

    Method{"/grpc.health.v1.Health/Check", own, unary, true, 1, handle_health_check},
    Method{"/grpc.health.v1.Health/Watch", own, watch, true, 1, nullptr},
    Method{"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", own, streaming, false, kBatches,
           handle_reflection},
    Method{"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", own, streaming, false, kBatches,
           handle_reflection},
};

}  // namespace

std::span<const Method> method_table() noexcept { return kMethods; }

std::string_view service_of(std::string_view path) noexcept {
  path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

}  // namespace akidb::embedding::server
