#include "base/derivation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <fstream>

#include "base/temporary_folder.hpp"

namespace akidb::embedding::base {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Derivation, IsFoundByItsSource) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder) << to_string(folder.error());
  const auto root = fs::canonical(folder->path());
  const auto converted = root / "derived/converted";
  const auto quantized = root / "derived/quantized";
  const auto packed = root / "derived/packed/file.packed";
  for (const auto* name : {"models/a/snapshot", "models/ab", "derived/packed", "derived/converted", "derived/quantized",
                           "derived/others"}) {
    fs::create_directories(root / name);
  }
  std::ofstream(packed) << "weights";
  std::ofstream(root / "derived/without a note") << "?";
  fs::create_directory_symlink(root / "models", root / "link");
  note_derivation(converted, root / "link/a/snapshot");
  note_derivation(quantized, converted / "model.onnx");
  note_derivation(packed, root / "models/a/snapshot/model.safetensors");
  note_derivation(root / "derived/others", root / "models/ab");

  const std::array places = {root / "derived", root / "derived/packed", root / "absent"};
  EXPECT_THAT(derived_from(root / "models/a", places), UnorderedElementsAre(converted, quantized, packed));
  EXPECT_THAT(derived_from(root / "link/a", places), UnorderedElementsAre(converted, quantized, packed));
  EXPECT_THAT(derived_from(root / "models/ab", places), UnorderedElementsAre(root / "derived/others"));
  EXPECT_THAT(derived_from(root / "models/b", places), IsEmpty());
}

TEST(Derivation, WithoutAPlaceForItsNoteIsNoError) {
  note_derivation("/nowhere/at/all/derived", "/nowhere");
  EXPECT_THAT(derived_from("/nowhere", std::array<fs::path, 1>{"/nowhere/at/all"}), IsEmpty());
}

}  // namespace
}  // namespace akidb::embedding::base
