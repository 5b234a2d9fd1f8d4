// Each wire family's messages and answers, on the hash provider: the same bits as the library gives.
#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <cstring>

#include "akidb/embedding/v1/embedding.pb.h"
#include "grpc/reflection/v1/reflection.pb.h"
#include "inference/inference.pb.h"
#include "server/grpc/test_grpc_server.hpp"
#include "tei/v1/tei.pb.h"

namespace akidb::embedding::server {
namespace {

using ::grpc::StatusCode;

constexpr const char* kText = "The quick brown fox";
constexpr const char* kOther = "Grüße aus Köln, 你好 🙂";

std::vector<float> floats(const google::protobuf::RepeatedField<float>& values) {
  return {values.begin(), values.end()};
}

std::vector<float> floats(const std::string& raw) {
  std::vector<float> values(raw.size() / sizeof(float));
  std::memcpy(values.data(), raw.data(), values.size() * sizeof(float));
  return values;
}

class GrpcFamilies : public testing::Test {
 protected:
  void SetUp() override { server_.start(); }

  // What the library itself gives: the vectors of both texts.
  std::vector<float> rows(Normalize normalize = Normalize::model) {
    ProviderOptions model;
    model.provider = ProviderKind::hash;
    auto provider = open(model);
    BatchEmbeddingRequest request;
    request.inputs = {kText, kOther};
    request.normalize = normalize;
    const auto response = (*provider)->embed_batch(std::move(request));
    const auto values = response->embeddings.values();
    return {values.begin(), values.end()};
  }

  std::vector<float> row(Normalize normalize = Normalize::model) {
    auto both = rows(normalize);
    both.resize(both.size() / 2);
    return both;
  }

  TestGrpcServer server_;
};

TEST_F(GrpcFamilies, OwnGivesFloatsRawTokensAndReports) {
  constexpr const char* kPath = "/akidb.embedding.v1.EmbeddingService/EmbedBatch";
  v1::BatchEmbeddingRequest in;
  in.add_inputs()->set_text(kText);
  in.add_inputs()->set_text(kOther);
  v1::BatchEmbeddingResponse out;
  ASSERT_TRUE(server_.call(kPath, in, out).ok());
  EXPECT_EQ(out.model(), "hash");
  EXPECT_EQ(floats(out.embeddings().values()), rows());
  EXPECT_EQ(out.embeddings().dimension() * 2, rows().size());
  ASSERT_EQ(out.inputs_size(), 2);
  EXPECT_EQ(out.usage().total_tokens(), out.inputs(0).tokens() + out.inputs(1).tokens());

  in.set_format(v1::FORMAT_RAW);
  ASSERT_TRUE(server_.call(kPath, in, out).ok());
  EXPECT_EQ(floats(out.embeddings().raw()), rows());
  EXPECT_EQ(out.embeddings().values_size(), 0);

  in.set_dimensions(16);
  ASSERT_TRUE(server_.call(kPath, in, out).ok());
  EXPECT_EQ(out.embeddings().dimension(), 16U);
  EXPECT_EQ(floats(out.embeddings().raw()).size(), 32U);
}

TEST_F(GrpcFamilies, OwnRefusesWhatItDoesNotKnow) {
  constexpr const char* kPath = "/akidb.embedding.v1.EmbeddingService/EmbedBatch";
  const auto refused = [&](auto change, StatusCode code, const char* part) {
    v1::BatchEmbeddingRequest in;
    in.add_inputs()->set_text("a");
    change(in);
    v1::BatchEmbeddingResponse out;
    const auto status = server_.call(kPath, in, out);
    EXPECT_EQ(status.error_code(), code) << part;
    EXPECT_THAT(status.error_message(), testing::HasSubstr(part));
  };
  refused([](auto& in) { in.clear_inputs(); }, StatusCode::INVALID_ARGUMENT, "at least one");
  refused([](auto& in) { in.add_inputs(); }, StatusCode::INVALID_ARGUMENT, "inputs[1]: expected a text or token ids");
  refused([](auto& in) { in.set_output(static_cast<v1::Output>(7)); }, StatusCode::INVALID_ARGUMENT, "output");
  refused([](auto& in) { in.set_truncation(static_cast<v1::Truncation>(9)); }, StatusCode::INVALID_ARGUMENT,
          "truncation");
  refused([](auto& in) { in.set_dimensions(0); }, StatusCode::INVALID_ARGUMENT, "dimensions");
  refused([](auto& in) { in.set_prompt_name("none"); }, StatusCode::INVALID_ARGUMENT, "prompt");
  refused([](auto& in) { in.set_model("other"); }, StatusCode::NOT_FOUND, "no model");
  refused(
      [](auto& in) {
        for (int i = 0; i < 16'384; ++i) in.add_inputs()->set_text("a");
      },
      StatusCode::INVALID_ARGUMENT, "at most 16384");
}

TEST_F(GrpcFamilies, OwnListsModels) {
  v1::ListModelsResponse list;
  ASSERT_TRUE(server_.call("/akidb.embedding.v1.EmbeddingService/ListModels", v1::ListModelsRequest(), list).ok());
  ASSERT_EQ(list.models_size(), 1);
  EXPECT_EQ(list.models(0).state(), v1::MODEL_STATE_READY);
  v1::GetModelInfoRequest in;
  v1::ModelInfo info;
  in.set_model("alias");
  ASSERT_TRUE(server_.call("/akidb.embedding.v1.EmbeddingService/GetModelInfo", in, info).ok());
  EXPECT_EQ(info.name(), "hash");
  EXPECT_EQ(info.dimension(), row().size());
  in.set_model("none");
  EXPECT_EQ(server_.call("/akidb.embedding.v1.EmbeddingService/GetModelInfo", in, info).error_code(),
            StatusCode::NOT_FOUND);
}

TEST_F(GrpcFamilies, TeiGivesVectors) {
  ::tei::v1::EmbedRequest in;
  in.set_inputs(kText);
  ::tei::v1::EmbedResponse out;
  ASSERT_TRUE(server_.call("/tei.v1.Embed/Embed", in, out).ok());
  EXPECT_EQ(floats(out.embeddings()), row(Normalize::yes));
  EXPECT_EQ(out.metadata().compute_chars(), 19U);
  EXPECT_GT(out.metadata().total_time_ns(), 0U);
  in.set_normalize(false);
  ASSERT_TRUE(server_.call("/tei.v1.Embed/Embed", in, out).ok());
  EXPECT_EQ(floats(out.embeddings()), row(Normalize::no));
  ::tei::v1::InfoResponse info;
  ASSERT_TRUE(server_.call("/tei.v1.Info/Info", ::tei::v1::InfoRequest(), info).ok());
  EXPECT_EQ(info.version(), "test");
  EXPECT_EQ(info.model_type(), ::tei::v1::MODEL_TYPE_EMBEDDING);
}

TEST_F(GrpcFamilies, TeiTokenizesWithThePromptsThatItEmbedsWith) {
  ::tei::v1::EncodeRequest in;
  in.set_inputs(kText);
  ::tei::v1::EncodeResponse plain;
  ASSERT_TRUE(server_.call("/tei.v1.Tokenize/Tokenize", in, plain).ok());
  ASSERT_GT(plain.tokens_size(), 0);
  for (const char* name : {"query", "document"}) {  // which the model does not name
    in.set_prompt_name(name);
    ::tei::v1::EncodeResponse out;
    ASSERT_TRUE(server_.call("/tei.v1.Tokenize/Tokenize", in, out).ok()) << name;
    EXPECT_EQ(out.SerializeAsString(), plain.SerializeAsString()) << name;
  }
  in.set_prompt_name("none");
  const auto refused = server_.call("/tei.v1.Tokenize/Tokenize", in, plain);
  EXPECT_EQ(refused.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused.error_message(), "prompt_name: no prompt \"none\"; the model has none");
}

TEST_F(GrpcFamilies, TeiSaysWhatAnEmbeddingModelCannot) {
  for (const char* path :
       {"/tei.v1.Embed/EmbedSparse", "/tei.v1.Embed/EmbedSparseStream", "/tei.v1.Predict/Predict",
        "/tei.v1.Predict/PredictPair", "/tei.v1.Predict/PredictStream", "/tei.v1.Predict/PredictPairStream",
        "/tei.v1.Rerank/Rerank", "/tei.v1.Rerank/RerankStream"}) {
    EXPECT_EQ(server_.status_of(path).error_code(), StatusCode::FAILED_PRECONDITION) << path;
  }
}

TEST_F(GrpcFamilies, OpenInferenceTakesBothFormsOfTensors) {
  constexpr const char* kPath = "/inference.GRPCInferenceService/ModelInfer";
  ::inference::ModelInferRequest in;
  in.set_model_name("hash");
  in.set_id("7");
  auto& tensor = *in.add_inputs();
  tensor.set_name("text");
  tensor.set_datatype("BYTES");
  tensor.add_shape(2);
  tensor.mutable_contents()->add_bytes_contents(kText);
  tensor.mutable_contents()->add_bytes_contents(kOther);
  ::inference::ModelInferResponse out;
  ASSERT_TRUE(server_.call(kPath, in, out).ok());
  EXPECT_EQ(out.id(), "7");
  ASSERT_EQ(out.outputs_size(), 1);
  EXPECT_EQ(out.outputs(0).shape(0), 2);
  EXPECT_EQ(floats(out.outputs(0).contents().fp32_contents()), rows());

  tensor.clear_contents();
  std::string raw;
  for (const std::string text : {kText, kOther})
    raw += std::string(1, static_cast<char>(text.size())) + std::string(3, '\0') + text;
  in.add_raw_input_contents(raw);
  ASSERT_TRUE(server_.call(kPath, in, out).ok());
  ASSERT_EQ(out.raw_output_contents_size(), 1);
  EXPECT_EQ(floats(out.raw_output_contents(0)), rows());

  const auto refused = [&](const std::string& bytes, std::int64_t elements, const char* type) {
    in.set_raw_input_contents(0, bytes);
    tensor.set_shape(0, elements);
    tensor.set_datatype(type);
    return server_.call(kPath, in, out).error_code();
  };
  EXPECT_EQ(refused(raw.substr(0, raw.size() - 1), 2, "BYTES"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused(raw + "ab", 2, "BYTES"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused(raw, 3, "BYTES"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused(raw, -2, "BYTES"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused(raw, 2, "FP32"), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(refused(std::string("\xff\xff\xff\xff", 4), 2, "BYTES"), StatusCode::INVALID_ARGUMENT);
}

TEST_F(GrpcFamilies, ReflectionDescribesTheServicesAndNothingElse) {
  namespace reflection = ::grpc::reflection::v1;
  ::grpc::ClientContext context;
  const auto call = server_.stream<reflection::ServerReflectionRequest, reflection::ServerReflectionResponse>(
      "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", context);
  const auto ask = [&](const reflection::ServerReflectionRequest& question) {
    call->Write(question);
    reflection::ServerReflectionResponse answer;
    EXPECT_TRUE(call->Read(&answer));
    return answer;
  };
  reflection::ServerReflectionRequest question;
  question.set_list_services("*");
  std::vector<std::string> names;
  const auto list = ask(question);
  for (const auto& service : list.list_services_response().service()) names.push_back(service.name());
  EXPECT_THAT(names, testing::IsSupersetOf({"tei.v1.Embed", "inference.GRPCInferenceService", "grpc.health.v1.Health",
                                            "akidb.embedding.v1.EmbeddingService"}));
  for (const char* symbol : {"tei.v1.Embed", "tei.v1.Embed.EmbedStream", "tei.v1.EmbedRequest"}) {
    question.set_file_containing_symbol(symbol);
    const auto answer = ask(question);
    ASSERT_EQ(answer.file_descriptor_response().file_descriptor_proto_size(), 1) << symbol;
    google::protobuf::FileDescriptorProto file;
    ASSERT_TRUE(file.ParseFromString(answer.file_descriptor_response().file_descriptor_proto(0)));
    EXPECT_EQ(file.name(), "tei/v1/tei.proto");
  }
  for (const char* symbol : {"google.protobuf.FileDescriptorProto", "onnx.ModelProto", "nothing"}) {
    question.set_file_containing_symbol(symbol);
    EXPECT_EQ(ask(question).error_response().error_code(), 5) << symbol;
  }
  question.set_file_by_filename("google/protobuf/descriptor.proto");
  EXPECT_EQ(ask(question).error_response().error_code(), 5);
  call->WritesDone();
  EXPECT_TRUE(call->Finish().ok());
}

}  // namespace
}  // namespace akidb::embedding::server
