// The native backend alone: stored formats, precisions, bad weights, bad batches.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <functional>
#include <iterator>
#include <limits>
#include <tuple>

#include "backend/native/native_backend.hpp"
#include "model/model.hpp"
#include "native/tiny_encoder.hpp"
#include "providers/native_model.hpp"
#include "support/mutator.hpp"
#include "support/plain_bert.hpp"
#include "support/safetensors_writer.hpp"

namespace akidb::embedding::test {
namespace {

using backend::Cores;
using backend::native::kernels::Precision;
using testing::HasSubstr;

Batch some_batch() {
  std::mt19937 random(9);
  Batch batch;
  for (int i = 0; i < 9; ++i) batch.add(random_sequence(random, 24));
  return batch;
}

double cosine(std::span<const float> a, std::span<const double> b) {
  double dot = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += a[i] * b[i];
    aa += double{a[i]} * a[i];
    bb += b[i] * b[i];
  }
  return dot / std::sqrt(aa * bb);
}

struct Stored {
  const char* name;
  TinyBert tiny;
};

class StoredFormats : public testing::TestWithParam<Stored> {};

// Against plain loops in double precision over the same weights.
TEST_P(StoredFormats, GiveWhatPlainLoopsGive) {
  const TemporaryFolder folder;
  ASSERT_TRUE(tiny_model(folder, GetParam().tiny));
  const PlainBert plain(*model::read_model_folder(folder.path()));
  const auto batch = some_batch();
  for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
    const auto backend = open_tiny(GetParam().tiny, 2, precision);
    const auto rows = rows_of(*backend, batch, Cores::one);
    const std::size_t width = backend->info().hidden_size;
    for (std::size_t at = 0; at + 1 < batch.offsets.size(); ++at) {
      const auto first = batch.offsets[at];
      const auto count = batch.offsets[at + 1] - first;
      const auto expected = plain.forward(std::span(batch.ids).subspan(first, count));
      const auto got = std::span(rows).subspan(first * width, count * width);
      if (precision == Precision::fp32) {
        for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], 1e-5);
      } else {
        EXPECT_GE(cosine(got, expected), precision == Precision::bf16 ? 0.9998 : 0.997);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, StoredFormats,
                         testing::Values(Stored{"float32", {}}, Stored{"float16", {.dtype = model::Dtype::f16}},
                                         Stored{"bfloat16", {.dtype = model::Dtype::bf16}},
                                         Stored{"with_a_head", {.tensor_prefix = "bert."}},
                                         Stored{"old_norm_names", {.old_norm_names = true}},
                                         Stored{"shards", {.shards = 3}}, Stored{"relu", {.activation = "relu"}},
                                         Stored{"gelu_tanh", {.activation = "gelu_new"}},
                                         Stored{"silu", {.activation = "silu"}},
                                         Stored{"odd_sizes", {.hidden_size = 24, .heads = 3, .intermediate_size = 41}}),
                         [](const auto& instance) { return std::string(instance.param.name); });

// Writes the tiny model's weights with one value replaced, and opens it.
Result<std::unique_ptr<backend::Backend>> open_with(const std::string& tensor, float value,
                                                    Precision precision = Precision::fp32) {
  const TemporaryFolder folder;
  const TinyBert tiny;
  write_tiny_bert(folder.path(), tiny);
  auto tensors = tiny_bert_tensors(tiny);
  tensors.at(tensor).values[7] = value;
  std::ofstream(folder.path() / "model.safetensors", std::ios::binary) << safetensors_bytes(tensors);
  auto model = providers::native_model(*model::read_model_folder(folder.path()));
  if (!model) return model.error();
  return backend::native::open_backend({std::move(*model), precision, make_executor(2), "test"});
}

TEST(NativeBackend, RefusesWeightsThatAreNotFinite) {
  for (const char* tensor : {"encoder.layer.1.output.dense.weight", "encoder.layer.0.attention.self.key.bias",
                             "embeddings.LayerNorm.weight", "encoder.layer.0.intermediate.dense.weight",
                             "embeddings.position_embeddings.weight", "embeddings.token_type_embeddings.weight"}) {
    for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      const auto opened = open_with(tensor, value);
      ASSERT_FALSE(opened) << tensor;
      EXPECT_EQ(opened.error().code, ErrorCode::data_corrupt);
      EXPECT_THAT(opened.error().message, HasSubstr(tensor));
    }
  }
}

TEST(NativeBackend, RefusesProductsThatBytesCannotSum) {
  const auto opened = [](const TinyBert& tiny) {
    const TemporaryFolder folder;
    auto model = tiny_model(folder, tiny);
    EXPECT_TRUE(model);
    return backend::native::open_backend({std::move(*model), Precision::int8, make_executor(2), "test"});
  };
  EXPECT_TRUE(opened({.hidden_size = 8, .layers = 1, .heads = 1, .intermediate_size = 65'536}));
  const auto wide = opened({.hidden_size = 8, .layers = 1, .heads = 1, .intermediate_size = 65'537});
  ASSERT_FALSE(wide);
  EXPECT_EQ(wide.error().code, ErrorCode::unsupported);
  EXPECT_THAT(wide.error().message, HasSubstr("up to 65536 inputs (hidden and inner size); the model's have 65537"));
}

class Ignored final : public backend::RowSink {
 public:
  void rows(std::size_t, std::size_t, std::span<const float>) override { ++calls; }
  int calls = 0;
};

TEST(NativeBackend, SaysWhichLayerGaveAValueThatIsNotFinite) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"embeddings.word_embeddings.weight", "the embeddings"},
      {"encoder.layer.0.attention.self.value.bias", "the attention of layer 0"},
      {"encoder.layer.1.attention.output.dense.weight", "the attention of layer 1"},
      {"encoder.layer.1.output.dense.weight", "the feed-forward of layer 1"},
  };
  std::vector<std::tuple<const char*, const char*, Precision>> runs;
  for (const auto& [tensor, place] : cases) {
    for (const auto precision : {Precision::fp32, Precision::bf16, Precision::int8}) {
      runs.emplace_back(tensor, place, precision);
    }
  }
  for (const auto& [tensor, place, precision] : runs) {
    // Finite in itself; its square is not.
    auto opened = open_with(tensor, 3e38F, precision);
    ASSERT_TRUE(opened) << to_string(opened.error());
    Ignored sink;
    const std::vector<std::uint32_t> ids = {0, 1, 2};
    const std::vector<std::uint32_t> offsets = {0, 3};
    for (const auto cores : {Cores::one, Cores::all}) {
      const auto outcome = (*opened)->forward({ids, offsets}, cores, sink);
      ASSERT_FALSE(outcome) << tensor << ", precision " << static_cast<int>(precision);
      EXPECT_EQ(outcome.error().code, ErrorCode::data_corrupt);
      EXPECT_TRUE(outcome.error().input_index);
      EXPECT_THAT(outcome.error().message, HasSubstr(place));
    }
    EXPECT_EQ(sink.calls, 0);
  }
}

// How far a backend's rows are from plain loops' at most, for the tiny model with some of its weights changed.
double error_of(const std::function<void(FloatTensors&)>& change, Precision precision) {
  const TemporaryFolder folder;
  const TinyBert tiny = {.layers = 1};
  write_tiny_bert(folder.path(), tiny);
  auto tensors = tiny_bert_tensors(tiny);
  change(tensors);
  std::ofstream(folder.path() / "model.safetensors", std::ios::binary) << safetensors_bytes(tensors);
  const auto read = model::read_model_folder(folder.path());
  const PlainBert plain(*read);
  auto backend = backend::native::open_backend({*providers::native_model(*read), precision, make_executor(2), "test"});
  const auto batch = some_batch();
  const auto rows = rows_of(**backend, batch, Cores::one);
  const std::size_t width = tiny.hidden_size;
  double greatest = 0;
  for (std::size_t at = 0; at + 1 < batch.offsets.size(); ++at) {
    const std::size_t first = batch.offsets[at];
    const auto expected = plain.forward(std::span(batch.ids).subspan(first, batch.offsets[at + 1] - first));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      greatest = std::max(greatest, std::abs(rows[first * width + i] - expected[i]));
    }
  }
  return greatest;
}

constexpr std::array<const char*, 3> kStates = {"query", "key", "value"};

void set_column(FloatTensors& tensors, std::size_t column, float value) {
  for (const char* state : kStates) {
    auto& tensor = tensors.at(std::string("encoder.layer.0.attention.self.") + state + ".weight");
    for (std::size_t row = 0; row < tensor.shape[0]; ++row) tensor.values[row * tensor.shape[1] + column] = value;
  }
}

// Products of fixed-point numbers would lose what stands beside such values.
TEST(NativeBackend, KeepsSmallValuesBesideGreatOnes) {
  for (const auto precision : {Precision::fp32, Precision::fp32_high}) {
    for (const float great : {16'384.F, 1'048'576.F}) {
      const auto weights = [great](FloatTensors& tensors) {  // of an input that is always zero
        tensors.at("embeddings.LayerNorm.weight").values[3] = 0;
        tensors.at("embeddings.LayerNorm.bias").values[3] = 0;
        set_column(tensors, 3, great);
      };
      EXPECT_LT(error_of(weights, precision), 1e-5) << great;
      const auto inputs = [great](FloatTensors& tensors) {  // that no weight takes up, and that is taken off again
        tensors.at("embeddings.LayerNorm.weight").values[3] = 0;
        tensors.at("embeddings.LayerNorm.bias").values[3] = great;
        set_column(tensors, 3, 0);
        auto& output = tensors.at("encoder.layer.0.attention.output.dense.weight");
        std::fill_n(output.values.begin() + 3 * static_cast<std::ptrdiff_t>(output.shape[1]), output.shape[1], 0.F);
        tensors.at("encoder.layer.0.attention.output.dense.bias").values[3] = -great;
      };
      EXPECT_LT(error_of(inputs, precision), 1e-5) << great;
    }
  }
}

// The same function: what the value's rows are multiplied with, the attention output's columns are divided by.
void scale_values(FloatTensors& tensors, const std::function<float(std::size_t)>& scale) {
  auto& value = tensors.at("encoder.layer.0.attention.self.value.weight");
  auto& bias = tensors.at("encoder.layer.0.attention.self.value.bias");
  auto& output = tensors.at("encoder.layer.0.attention.output.dense.weight");
  const std::size_t width = value.shape[1];
  for (std::size_t row = 0; row < value.shape[0]; ++row) {
    for (std::size_t i = 0; i < width; ++i) value.values[row * width + i] *= scale(row);
    bias.values[row] *= scale(row);
    for (std::size_t i = 0; i < output.shape[0]; ++i) output.values[i * output.shape[1] + row] /= scale(row);
  }
}

// No row has a value that stands out, but small inputs meet great weights.
TEST(NativeBackend, KeepsSmallValuesThatMeetGreatOnes) {
  for (const auto precision : {Precision::fp32, Precision::fp32_high}) {
    for (const float decades : {2.F, 3.F}) {
      const auto log_uniform = [decades](FloatTensors& tensors) {
        scale_values(tensors, [decades](std::size_t row) {
          return std::exp2(std::round(decades * 3.3F * (static_cast<float>(row * 7 % 16) / 7.5F - 1)));
        });
      };
      EXPECT_LT(error_of(log_uniform, precision), 1e-5) << decades;
    }
    for (const float tiny : {1e-20F, 1e-26F, 1e-30F}) {
      const auto all_tiny = [tiny](FloatTensors& tensors) {
        scale_values(tensors, [tiny](std::size_t /*row*/) { return tiny; });
      };
      EXPECT_LT(error_of(all_tiny, precision), 1e-5) << tiny;
    }
  }
}

TEST(NativeBackend, RefusesIdsAndLengthsThatTheModelHasNot) {
  const auto backend = open_tiny({}, 1, Precision::fp32);
  Ignored sink;
  const std::vector<std::uint32_t> offsets = {0, 2};
  const std::vector<std::uint32_t> unknown = {1, tiny_vocabulary_size()};
  const auto refused = backend->forward({unknown, offsets}, Cores::one, sink);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("token id " + std::to_string(tiny_vocabulary_size())));

  const std::vector<std::uint32_t> ids(TinyBert().max_positions + 1, 3);
  const std::vector<std::uint32_t> long_offsets = {0, static_cast<std::uint32_t>(ids.size())};
  const auto too_long = backend->forward({ids, long_offsets}, Cores::one, sink);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(sink.calls, 0);
}

TEST(NativeBackend, RefusesHeadsThatTheKernelsDoNotTake) {
  const TemporaryFolder folder;
  auto model = tiny_model(folder, {.hidden_size = 24, .heads = 4});
  ASSERT_TRUE(model);
  const auto opened = backend::native::open_backend({std::move(*model), Precision::fp32, make_executor(1), "test"});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::unsupported);
  EXPECT_THAT(opened.error().message, HasSubstr("have 6"));
}

// Files that were changed at random open with an error or as a model that runs.
TEST(NativeBackend, TakesMutatedWeightsOrRefusesThem) {
  const TemporaryFolder folder;
  write_tiny_bert(folder.path(), {.hidden_size = 16, .layers = 1, .heads = 2, .intermediate_size = 16});
  const auto path = folder.path() / "model.safetensors";
  std::ifstream stream(path, std::ios::binary);
  const std::string original{std::istreambuf_iterator<char>(stream), {}};
  Mutator mutator(21);
  int opened_count = 0;
  int refused_count = 0;
  for (int round = 0; round < 400; ++round) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << mutator.mutate(original);
    auto model = providers::native_model(*model::read_model_folder(folder.path()));
    if (!model) {
      ++refused_count;
      EXPECT_TRUE(model.error().code == ErrorCode::data_corrupt || model.error().code == ErrorCode::unsupported)
          << to_string(model.error());
      continue;
    }
    auto backend = backend::native::open_backend({std::move(*model), Precision::fp32, make_executor(1), "test"});
    if (!backend) {
      ++refused_count;
      EXPECT_EQ(backend.error().code, ErrorCode::data_corrupt) << to_string(backend.error());
      continue;
    }
    ++opened_count;
    Ignored sink;
    const std::vector<std::uint32_t> ids = {0, 3, 5};
    const std::vector<std::uint32_t> offsets = {0, 3};
    (void)(*backend)->forward({ids, offsets}, Cores::one, sink);
  }
  EXPECT_GT(opened_count, 0);
  EXPECT_GT(refused_count, 0);
}

}  // namespace
}  // namespace akidb::embedding::test
