#include "model/model_identity.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>
#include <thread>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::model {
namespace {

std::string identity_of(const EncoderConfig& config) {
  ModelFolder model;
  model.encoder = config;
  return *model_identity(model);
}

TEST(ModelIdentity, DiffersWithEveryMemberOfTheConfiguration) {
  EncoderConfig base;
  base.architecture = "modernbert";
  base.layers = 2;
  base.padding_id = 0;
  base.local_window = 64;
  base.local_layers = {false, true};
  const std::function<void(EncoderConfig&)> changes[] = {
      [](auto&) {},
      [](auto& config) { config.architecture = "bert"; },
      [](auto& config) { config.hidden_size = 8; },
      [](auto& config) { config.layers = 3; },
      [](auto& config) { config.heads = 1; },
      [](auto& config) { config.intermediate_size = 9; },
      [](auto& config) { config.vocab_size = 9; },
      [](auto& config) { config.max_positions = 9; },
      [](auto& config) { config.type_vocab_size = 2; },
      [](auto& config) { config.layer_norm_epsilon = 1e-5; },
      [](auto& config) { config.activation = Activation::relu; },
      [](auto& config) { config.norms = NormPlacement::before; },
      [](auto& config) { config.first_attention_norm = false; },
      [](auto& config) { config.gated = true; },
      [](auto& config) { config.attention_bias = false; },
      [](auto& config) { config.mlp_bias = false; },
      [](auto& config) { config.norm_bias = false; },
      [](auto& config) { config.position_embeddings = false; },
      [](auto& config) { config.padding_id.reset(); },
      [](auto& config) { config.padding_id = 1; },
      [](auto& config) { config.relative_buckets = 32; },
      [](auto& config) { config.rotary_theta = 10'000; },
      [](auto& config) { config.rotary_theta = 10'000.001; },
      [](auto& config) { config.local_window = 2; },
      [](auto& config) { config.local_rotary_theta = 10'000; },
      [](auto& config) {
        config.local_layers = {true, false};
      },
      [](auto& config) {
        config.local_layers = {true, true};
      },
  };
  std::set<std::string> identities;
  std::size_t count = 0;
  for (const auto& change : changes) {
    EncoderConfig config = base;
    change(config);
    identities.insert(identity_of(config));
    EXPECT_EQ(identities.size(), ++count);
  }
}

TEST(ModelIdentity, DiffersWithOtherWeightsOfTheSameSizeAndTime) {
  const auto folder = base::TemporaryFolder::create();
  ASSERT_TRUE(folder) << to_string(folder.error());
  ModelFolder model;
  model.safetensors.files = {folder->path() / "model.safetensors"};
  const auto& file = model.safetensors.files.front();
  const auto write = [&](const std::string& values) {
    const std::string header("\x02\0\0\0\0\0\0\0{}", 10);  // only this much of a file is read for its identity
    std::ofstream(file, std::ios::binary) << header << values;
  };
  write("old weights");
  const auto written = std::filesystem::last_write_time(file);
  const auto identity = model_identity(model);
  ASSERT_TRUE(identity);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // the clock of a file system may be coarse
  write("new weights");
  std::filesystem::last_write_time(file, written);
  EXPECT_NE(*model_identity(model), *identity);
}

}  // namespace
}  // namespace akidb::embedding::model
