#include "hub/model_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_folder.hpp"

namespace akidb::embedding::hub {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";
constexpr const char* kOther = "76543210fedcba9876543210fedcba9876543210";

class ModelStore : public testing::Test {
 protected:
  CacheFolders folders() const { return {folder_.path() / "own", folder_.path() / "hub"}; }

  void snapshot(const std::string& commit, const std::string& file) const {
    folder_.write("hub/models--org--name/snapshots/" + commit + "/" + file, "x");
  }
  void ref(const std::string& name, const std::string& content) const {
    folder_.write("hub/models--org--name/refs/" + name, content);
  }
  void own(const std::string& file) const { folder_.write("own/models/org/name/" + file, "x"); }

  fs::path snapshot_folder(const std::string& commit) const {
    return folder_.path() / "hub/models--org--name/snapshots" / commit;
  }

  TemporaryFolder folder_;
};

TEST_F(ModelStore, AFolderIsTakenAsItIs) {
  const auto found = locate(folder_.path().string(), "main", folders());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, folder_.path());
  EXPECT_EQ(found->revision, "");
}

TEST_F(ModelStore, AMissingFolderIsNotAnId) {
  for (const char* path : {"/nonexistent/model", "./nonexistent", "../nonexistent", "~/nonexistent"}) {
    const auto found = locate(path, "main", folders());
    ASSERT_FALSE(found) << path;
    EXPECT_EQ(found.error().code, ErrorCode::not_found) << path;
    EXPECT_THAT(found.error().message, HasSubstr("there is no folder"));
  }
}

TEST_F(ModelStore, TheHubsCacheGoesBeforeOurOwn) {
  snapshot(kCommit, "model.safetensors");
  ref("main", kCommit);
  own("model.safetensors");
  const auto found = locate("org/name", "main", folders());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->folder, snapshot_folder(kCommit));
  EXPECT_EQ(found->revision, kCommit);
}

TEST_F(ModelStore, ARevisionIsABranchATagOrACommit) {
  snapshot(kCommit, "onnx/model.onnx");
  snapshot(kOther, "model.safetensors.index.json");
  ref("main", kCommit);
  ref("v1.0", std::string(kOther) + "\n");
  ref("refs/pr/1", kOther);
  EXPECT_EQ(locate("org/name", "main", folders())->revision, kCommit);
  EXPECT_EQ(locate("org/name", "v1.0", folders())->revision, kOther);
  EXPECT_EQ(locate("org/name", "refs/pr/1", folders())->revision, kOther);
  EXPECT_EQ(locate("org/name", kOther, folders())->folder, snapshot_folder(kOther));
}

TEST_F(ModelStore, SnapshotsMadeOfLinksAreFollowed) {
  folder_.write("hub/models--org--name/blobs/abc", "x");
  fs::create_directories(snapshot_folder(kCommit));
  fs::create_symlink("../../blobs/abc", snapshot_folder(kCommit) / "model.safetensors");
  ref("main", kCommit);
  EXPECT_EQ(locate("org/name", "main", folders())->folder, snapshot_folder(kCommit));
}

TEST_F(ModelStore, ASnapshotWithoutWeightsIsPassedOver) {
  snapshot(kCommit, "config.json");
  ref("main", kCommit);
  EXPECT_EQ(locate("org/name", "main", folders())->folder, snapshot_folder(kCommit));
  own("model.safetensors");
  EXPECT_EQ(locate("org/name", "main", folders())->folder, folder_.path() / "own/models/org/name");
}

TEST_F(ModelStore, OurOwnHasNoRevisions) {
  own("model.safetensors");
  const auto found = locate("org/name", "main", folders());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->revision, "");
  const auto tagged = locate("org/name", "v1.0", folders());
  ASSERT_FALSE(tagged);
  EXPECT_EQ(tagged.error().code, ErrorCode::not_found);
  EXPECT_THAT(tagged.error().message, HasSubstr("revision \"v1.0\""));
}

TEST_F(ModelStore, ABrokenRefIsCorrupt) {
  for (const char* content : {"", "main", "../../etc", "0123"}) {
    ref("main", content);
    const auto found = locate("org/name", "main", folders());
    ASSERT_FALSE(found) << content;
    EXPECT_EQ(found.error().code, ErrorCode::data_corrupt);
    EXPECT_THAT(found.error().message, HasSubstr("refs/main"));
  }
}

TEST_F(ModelStore, WhatIsNoWhereIsNotFoundAndSaysHowToBringIt) {
  const auto other = locate("org/name", "main", folders());
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::not_found);
  EXPECT_THAT(other.error().message, HasSubstr("\"org/name\" is not on this machine"));
  EXPECT_THAT(other.error().message, HasSubstr("path of its folder"));
  EXPECT_THAT(other.error().message, Not(HasSubstr("setup.sh")));
  EXPECT_THAT(other.error().message, Not(HasSubstr(folder_.path().string())));
  EXPECT_THAT(other.error().detail, HasSubstr(folders().hub.string()));
  const auto standard = locate(std::string(kDefaultModel), "main", folders());
  ASSERT_FALSE(standard);
  EXPECT_THAT(standard.error().message, HasSubstr("scripts/setup.sh"));
}

TEST_F(ModelStore, BadIdsAndRevisionsAreInvalid) {
  for (const auto& [id, revision] : {std::pair("a/b/c", "main"), std::pair("", "main"), std::pair("a b", "main"),
                                     std::pair("org/name", "../main"), std::pair("org/name", "")}) {
    const auto found = locate(id, revision, folders());
    ASSERT_FALSE(found) << id;
    EXPECT_EQ(found.error().code, ErrorCode::invalid_argument) << id;
  }
}

}  // namespace
}  // namespace akidb::embedding::hub
